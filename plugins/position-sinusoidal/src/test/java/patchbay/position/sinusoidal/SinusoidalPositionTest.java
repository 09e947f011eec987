package patchbay.position.sinusoidal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
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
import patchbay.tensor.Shape;

class SinusoidalPositionTest extends PositionContract {

    @Override
    protected Position plugin() {
        return new SinusoidalPosition();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("scale", 1));
    }

    @Test
    void byHand() {
        var settings = new ModelSettings(1, 4, 1, 8, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph();
        var position = new SinusoidalPosition();
        var scope = new Bench(new Building(graph, Mode.EVALUATION, settings), "p", Map.of("scale", 1)).scope(position);
        graph.output("y", position.embed(scope, graph.filled(Shape.of(1, 3, 4), 0)));
        try (var trial = Trial.of(graph).run()) {
            var second = new float[] {(float) Math.sin(2), (float) Math.sin(0.02), (float) Math.cos(2), (float) Math.cos(0.02)};
            assertArrayEquals(second, Arrays.copyOfRange(trial.floats("y"), 8, 12), 1e-6f);
        }
    }
}
