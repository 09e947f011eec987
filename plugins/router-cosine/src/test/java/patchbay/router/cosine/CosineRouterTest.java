package patchbay.router.cosine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.PlainParts;
import patchbay.contract.RouterContract;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Mode;
import patchbay.spi.Router;
import patchbay.tensor.Graph;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

class CosineRouterTest extends RouterContract {

    @Override
    protected Router plugin() {
        return new CosineRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("projection", 3, "temperature", 0.07), Map.of("learnable", false));
    }

    private static Trial trial(Map<String, Object> options) {
        var settings = new ModelSettings(1, 6, 1, 4, 1, 5, 2, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(4);
        var router = new CosineRouter();
        var scope = new Bench(new Building(graph, Mode.TRAINING, settings), "r", options).scope(router);
        graph.output("scores", router.score(scope, graph.input("tokens", TensorType.f32(13, 6))));
        return Trial.of(graph).with("tokens", Trial.random(13 * 6, 1)).run();
    }

    @Test
    void scoresAreCosinesByATemperatureThatStartsAtOneHalf() {
        try (var trial = trial(Map.of())) {
            int width = 8;
            assertEquals(Math.log(0.5), trial.variable("r.log-temperature")[0], 1e-6);
            var tokens = Trial.random(13 * 6, 1);
            var projection = trial.variable("r.projection");
            var embeddings = trial.variable("r.embeddings");
            var scores = trial.floats("scores");
            for (int n = 0; n < 13; n++) {
                var projected = new double[width];
                for (int i = 0; i < 6 * width; i++) {
                    projected[i % width] += tokens[n * 6 + i / width] * projection[i];
                }
                for (int e = 0; e < 5; e++) {
                    double product = 0, token = 0, embedding = 0;
                    for (int i = 0; i < width; i++) {
                        product += projected[i] * embeddings[e * width + i];
                        token += projected[i] * projected[i];
                        embedding += embeddings[e * width + i] * embeddings[e * width + i];
                    }
                    assertEquals(product / Math.sqrt(token * embedding) / 0.5, scores[n * 5 + e], 1e-4);
                }
            }
        }
    }

    @Test
    void aTokensLengthDoesNotCount() {
        try (var trial = trial(Map.of())) {
            var scores = trial.floats("scores");
            var tokens = Trial.random(13 * 6, 1);
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] *= 30;
            }
            Trial.assertClose(scores, trial.with("tokens", tokens).run().floats("scores"), 1e-4, "tokens times 30");
        }
    }

    @Test
    void theTemperatureIsAnOptionLearntOrNot() {
        try (var half = trial(Map.of()); var tenth = trial(Map.of("temperature", 0.1)); var fixed = trial(Map.of("learnable", false))) {
            Trial.assertClose(half.floats("scores"), fixed.floats("scores"), 1e-6, "fixed");
            assertTrue(!fixed.variables().contains("r.log-temperature"));
            assertEquals(5, tenth.floats("scores")[7] / half.floats("scores")[7], 1e-4);
        }
    }

    @Test
    void aTemperatureOfZeroIsTheUsersMistakeAndHasAPlace() {
        var settings = ModelSettings.defaults();
        var decoder = PlainParts.decoder(settings, 5, new CosineRouter(), Map.of("temperature", 0));
        var graph = new Graph();
        var tokens = graph.input("tokens", TensorType.i32(1, 4));
        var error = assertThrows(UserError.class, () -> decoder.build(new Building(graph, Mode.TRAINING, settings), tokens));
        assertTrue(error.getMessage().contains("temperature") && error.getMessage().contains("router cosine at layers.0.moe.router"),
                error.getMessage());
    }
}
