package patchbay.position.temperature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.PlainParts;
import patchbay.contract.PositionContract;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Mode;
import patchbay.spi.Position;
import patchbay.tensor.Graph;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

class TemperatureTest extends PositionContract {

    @Override
    protected Position plugin() {
        return new Temperature();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("from", 1, "steps", 0, "original-context", 5));
    }

    private static Graph sharpness(Mode mode, int time, Map<String, Object> options) {
        var settings = new ModelSettings(1, 8, 2, 300, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph();
        var temperature = new Temperature();
        var scope = new Bench(new Building(graph, mode, settings), "position", options).scope(temperature, PlainParts.around(temperature));
        graph.output("sharpness", temperature.sharpness(scope, time).orElseThrow());
        return graph;
    }

    @Test
    void itFallsInTrainingAndStaysWhereItIsElsewhere() {
        var options = Map.<String, Object>of("from", 3, "to", 1, "steps", 4);
        var variables = new ReferenceEngine().variables();
        try (var training = trial(sharpness(Mode.TRAINING, 2, options), variables); var evaluation = trial(sharpness(Mode.EVALUATION, 2, options), variables)) {
            for (float temperature : new float[] {3, 2.5f, 2, 1.5f, 1, 1, 1}) {
                for (int again = 0; again < 2; again++) {
                    assertEquals(1 / temperature, evaluation.run().floats("sharpness")[1], 1e-6);
                }
                assertEquals(1 / temperature, training.run().floats("sharpness")[0], 1e-6);
            }
        }
    }

    @Test
    void queriesBeyondTheOriginalContextAreSharper() {
        var options = Map.<String, Object>of("from", 1, "to", 1, "original-context", 16);
        var variables = new ReferenceEngine().variables();
        try (var whole = trial(sharpness(Mode.EVALUATION, 256, options), variables); var last = trial(sharpness(Mode.DECODING, 1, options), variables)) {
            var sharpness = whole.run().floats("sharpness");
            assertEquals(1, sharpness[0]);
            assertEquals(1, sharpness[15], 1e-6);
            assertEquals(2, sharpness[255], 1e-6, "ln 256 is twice ln 16");
            assertEquals(sharpness[255], last.with("start", 255).run().floats("sharpness")[0]);
        }
    }

    private static Trial trial(Graph graph, Variables variables) {
        return Trial.of(new ReferenceEngine(), graph, variables);
    }

    @Test
    void aTemperatureOfNothingIsRefused() {
        var error = assertThrows(UserError.class, () -> sharpness(Mode.TRAINING, 2, Map.of("to", 0)));
        assertTrue(error.getMessage().contains("above 0"), error.getMessage());
    }
}
