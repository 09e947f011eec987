package patchbay.router.topk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.RouterContract;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Mode;
import patchbay.spi.Router;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;

class TopKRouterTest extends RouterContract {

    @Override
    protected Router plugin() {
        return new TopKRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("softmax", "before"), Map.of("gate", "sigmoid"), Map.of("noisy", true));
    }

    /** Two tokens whose scores by two experts are (0, ln 3) and (ln 4, 0). */
    private static Trial golden(int k, Mode mode, Map<String, Object> options) {
        var settings = new ModelSettings(1, 2, 1, 4, 1, 2, k, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph();
        var router = new TopKRouter();
        var scope = new Bench(new Building(graph, mode, settings), "r", options).scope(router);
        var scores = router.score(scope, graph.constant(Shape.of(2, 2), 1f, 0, 0, 1));
        var affinities = router.affinities(scope, scores);
        var chosen = router.select(scope, scores);
        graph.output("scores", scores);
        graph.output("chosen", chosen);
        graph.output("weights", router.weigh(scope, scores, affinities, chosen));
        var trial = Trial.of(graph);
        trial.set("r.weight", 0, (float) Math.log(3), (float) Math.log(4), 0);
        return trial.with("draw", 1).run();
    }

    @Test
    void weightsByHand() {
        assertArrayEquals(new int[] {1, 0}, golden(1, Mode.EVALUATION, Map.of()).ints("chosen"));
        assertArrayEquals(new int[] {1, 0, 0, 1}, golden(2, Mode.EVALUATION, Map.of()).ints("chosen"));
        checkWeights(1, Map.of("softmax", "before"), 0.75f, 0.8f);
        checkWeights(1, Map.of("softmax", "after"), 1, 1);
        checkWeights(2, Map.of("softmax", "before"), 0.75f, 0.25f, 0.8f, 0.2f);
        checkWeights(2, Map.of("softmax", "after"), 0.75f, 0.25f, 0.8f, 0.2f);
        checkWeights(2, Map.of("gate", "sigmoid"), 0.6f, 0.4f, 0.8f / 1.3f, 0.5f / 1.3f);
    }

    private static void checkWeights(int k, Map<String, Object> options, float... expected) {
        assertArrayEquals(expected, golden(k, Mode.EVALUATION, options).floats("weights"), 1e-6f);
    }

    @Test
    void softmaxAfterIsSoftmaxBeforeMadeToSumToOneAgain() {
        var after = weights(Map.of());
        var before = weights(Map.of("softmax", "before"));
        for (int n = 0; n < 13; n++) {
            double sum = before[3 * n] + before[3 * n + 1] + before[3 * n + 2];
            for (int j = 0; j < 3; j++) {
                assertEquals(before[3 * n + j] / sum, after[3 * n + j], 1e-6);
            }
        }
    }

    private static float[] weights(Map<String, Object> options) {
        var settings = new ModelSettings(1, 6, 1, 4, 1, 7, 3, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(4);
        var router = new TopKRouter();
        var scope = new Bench(new Building(graph, Mode.EVALUATION, settings), "r", options).scope(router);
        var scores = router.score(scope, graph.constant(Shape.of(13, 6), Trial.random(13 * 6, 1)));
        graph.output("weights", router.weigh(scope, scores, router.affinities(scope, scores), router.select(scope, scores)));
        return Trial.of(graph).run().floats("weights");
    }

    /** With V far below 0 the noise is as good as gone; with V far above it is as wide as V. */
    @Test
    void noiseIsAsWideAsItsSoftplusAndInTrainingOnly() {
        var noisy = Map.<String, Object>of("noisy", true);
        var plain = golden(2, Mode.EVALUATION, Map.of()).floats("scores");
        assertArrayEquals(plain, golden(2, Mode.EVALUATION, noisy).floats("scores"));
        assertFalse(golden(2, Mode.EVALUATION, noisy).variables().contains("r.noise"));
        try (var trial = golden(2, Mode.TRAINING, noisy)) {
            trial.set("r.noise", -40, -40, -40, -40);
            assertArrayEquals(plain, trial.run().floats("scores"), 1e-6f);
            trial.set("r.noise", 100, 100, 100, 100);
            var wide = trial.run().floats("scores");
            trial.set("r.noise", 200, 200, 200, 200);
            var wider = trial.run().floats("scores");
            for (int i = 0; i < 4; i++) {
                assertEquals(2 * (wide[i] - plain[i]), wider[i] - plain[i], 1e-3);
            }
            assertFalse(Arrays.equals(plain, wide));
        }
    }
}
