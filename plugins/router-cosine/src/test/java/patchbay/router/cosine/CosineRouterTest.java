package patchbay.router.cosine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

class CosineRouterTest extends RouterContract {

    @Override
    protected Router plugin() {
        return new CosineRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("projection", 3, "temperature", 0.07), Map.of("learnable", false),
                Map.of("final-temperature", 0.1, "steps", 2));
    }

    private static Trial trial(Map<String, Object> options) {
        var settings = new ModelSettings(1, 6, 1, 4, 1, 5, 2, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(4);
        var router = new CosineRouter();
        var scope = new Bench(new Building(graph, Mode.TRAINING, settings), "r", options).scope(router);
        graph.output("scores", router.score(scope, graph.input("tokens", TensorType.f32(13, 6))));
        router.update(scope, graph.filled(Shape.of(5), 1));
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

    /** From 0.5 over two steps to 0.125, by way of 0.25. */
    @Test
    void theScheduleNarrowsTheChoiceStepByStep() {
        for (boolean learnable : new boolean[] {true, false}) {
            try (var trial = trial(Map.of("final-temperature", 0.125, "steps", 2, "learnable", learnable)); var half = trial(Map.of())) {
                var scores = half.floats("scores");
                Trial.assertClose(scores, trial.floats("scores"), 1e-5, "before the first step");
                for (int factor : new int[] {2, 4, 4}) {
                    var narrower = trial.run().floats("scores");
                    for (int i = 0; i < scores.length; i++) {
                        assertEquals(factor * scores[i], narrower[i], 1e-4);
                    }
                }
                assertEquals(4, trial.variable("r.steps")[0]);
            }
        }
    }

    @Test
    void withoutAScheduleNothingIsCounted() {
        try (var trial = trial(Map.of())) {
            assertTrue(!trial.variables().contains("r.steps"));
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

    @Test
    void twoRowsAndTwoExpertsByHand() {
        var settings = new ModelSettings(1, 2, 1, 4, 1, 2, 2, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph();
        var router = new CosineRouter();
        var scope = new Bench(new Building(graph, Mode.EVALUATION, settings), "r", Map.of("projection", 2)).scope(router);
        var scores = router.score(scope, graph.constant(Shape.of(2, 2), 3f, 4, 0, 5));
        var affinities = router.affinities(scope, scores);
        var chosen = router.select(scope, scores);
        graph.output("scores", scores);
        graph.output("chosen", chosen);
        graph.output("weights", router.weigh(scope, scores, affinities, chosen));
        try (var trial = Trial.of(graph)) {
            trial.set("r.projection", 1, 0, 0, 1);
            trial.set("r.embeddings", 7, 0, 0, 2); // the directions of the two axes
            trial.run();
            assertArrayEquals(new float[] {0.6f / 0.5f, 0.8f / 0.5f, 0, 2}, trial.floats("scores"), 1e-5f);
            assertArrayEquals(new int[] {1, 0, 1, 0}, trial.ints("chosen"));
            float near = (float) (1 / (1 + Math.exp(-0.4)));
            float far = (float) (1 / (1 + Math.exp(-2)));
            assertArrayEquals(new float[] {near, 1 - near, far, 1 - far}, trial.floats("weights"), 1e-5f);
        }
    }
}
