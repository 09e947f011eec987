package patchbay.position.alibi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.PositionContract;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Mode;
import patchbay.spi.Position;
import patchbay.tensor.Graph;

class AlibiTest extends PositionContract {

    @Override
    protected Position plugin() {
        return new Alibi();
    }

    private static float[] bias(int heads, int nearest, int distances) {
        var settings = new ModelSettings(1, 4 * heads, heads, 8, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph();
        var position = new Alibi();
        graph.output("bias", position.bias(new Bench(new Building(graph, Mode.EVALUATION, settings), "p", Map.of()).scope(position), heads,
                nearest, distances).orElseThrow());
        try (var trial = Trial.of(graph).run()) {
            return trial.floats("bias");
        }
    }

    @Test
    void theSlopesOfEightHeads() {
        var bias = bias(8, 0, 3);
        for (int h = 0; h < 8; h++) {
            assertEquals(0, bias[3 * h], 1e-9f);
            assertEquals(-Math.pow(2, -1 - h), bias[3 * h + 1]);
            assertEquals(2 * bias[3 * h + 1], bias[3 * h + 2]);
        }
    }

    /** Those of four, 1/4 to 1/256, and between them 1/2 and 1/8. */
    @Test
    void theSlopesOfSixHeads() {
        var bias = bias(6, 1, 1);
        double[] slopes = {1 / 4.0, 1 / 16.0, 1 / 64.0, 1 / 256.0, 1 / 2.0, 1 / 8.0};
        for (int h = 0; h < 6; h++) {
            assertEquals(-slopes[h], bias[h]);
        }
    }
}
