package patchbay.router.topk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.RouterContract;
import patchbay.contract.SmallMixture;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Mode;
import patchbay.spi.Router;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;

class TopKRouterTest extends RouterContract {

    @Override
    protected Router plugin() {
        return new TopKRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("softmax", "before"), Map.of("gate", "sigmoid"), Map.of("noisy", true),
                Map.of("jitter", 0.1, "softmax", "before", "renormalise", "always"),
                Map.of("gate", "sigmoid", "renormalise", "never", "scaling", 2.5));
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

    @Test
    void renormalisedOrNotAndScaled() {
        checkWeights(1, Map.of("softmax", "before", "renormalise", "always"), 1, 1);
        checkWeights(2, Map.of("gate", "sigmoid", "renormalise", "never"), 0.75f, 0.5f, 0.8f, 0.5f);
        checkWeights(2, Map.of("gate", "sigmoid", "renormalise", "never", "scaling", 2), 1.5f, 1, 1.6f, 1);
        checkWeights(2, Map.of("scaling", 4), 3, 1, 3.2f, 0.8f);
    }

    /** What the experts, times 10 and times 100, send back. */
    @Test
    void dispatchAndCombineByHand() {
        checkOutput(1, Map.of(), 100, 10);
        checkOutput(1, Map.of("softmax", "before"), 0.75f * 100, 0.8f * 10);
        checkOutput(2, Map.of(), 0.75f * 100 + 0.25f * 10, 0.8f * 10 + 0.2f * 100);
        checkOutput(2, Map.of("gate", "sigmoid", "renormalise", "never", "scaling", 2), 1.5f * 100 + 10, 1.6f * 10 + 100);
        checkOutput(2, Map.of("groups", 2, "chosen-groups", 1, "softmax", "before"), 0.75f * 100, 0.8f * 10);
    }

    private static void checkOutput(int k, Map<String, Object> options, float first, float second) {
        try (var trial = SmallMixture.twoByTwo(Mode.EVALUATION, k).with(new TopKRouter(), options)) {
            trial.set("layers.0.moe.router.weight", 0, (float) Math.log(3), (float) Math.log(4), 0);
            assertArrayEquals(new float[] {first, 0, 0, second}, trial.run().floats("output"), 1e-4f);
        }
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

    /** Of a token that is 0 in all but one place, a score moves by the share that the place does. */
    @Test
    void jitterMultipliesTheInputAndInTrainingOnly() {
        var jitter = Map.<String, Object>of("jitter", 0.25);
        var plain = golden(2, Mode.EVALUATION, Map.of()).floats("scores");
        assertArrayEquals(plain, golden(2, Mode.EVALUATION, jitter).floats("scores"));
        var moved = new HashSet<Float>();
        try (var trial = golden(2, Mode.TRAINING, jitter)) {
            for (int draw = 0; draw < 200; draw++) {
                var scores = trial.with("draw", draw).run().floats("scores");
                for (int place : new int[] {1, 2}) {
                    float share = scores[place] / plain[place];
                    assertTrue(share >= 0.75f && share <= 1.25f, "moved by " + share);
                    moved.add(share);
                }
                assertEquals(0, scores[0]);
                assertEquals(0, scores[3]);
            }
        }
        assertTrue(moved.size() > 390 && Collections.min(moved) < 0.76f && Collections.max(moved) > 1.24f);
    }

    /** @return the chosen experts of one token that prefers them so */
    private static int[] selected(int k, Map<String, Object> options, float... preferences) {
        var settings = new ModelSettings(1, 2, 1, 4, 1, preferences.length, k, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph();
        var router = new TopKRouter();
        var scope = new Bench(new Building(graph, Mode.EVALUATION, settings), "r", options).scope(router);
        graph.output("chosen", router.select(scope, graph.constant(Shape.of(1, preferences.length), preferences)));
        return Trial.of(graph).run().ints("chosen");
    }

    @Test
    void onlyTheBestGroupsExpertsAreChosen() {
        float[] preferences = {0.9f, 0.1f, 0.6f, 0.5f, 0.2f, 0.3f};
        assertArrayEquals(new int[] {0, 2}, selected(2, Map.of("groups", 3), preferences), "all groups");
        assertArrayEquals(new int[] {0, 1}, selected(2, Map.of("groups", 3, "chosen-groups", 1, "group-score", "maximum"), preferences));
        assertArrayEquals(new int[] {2, 3}, selected(2, Map.of("groups", 3, "chosen-groups", 1), preferences), "1.1 against 1 and 0.5");
        assertArrayEquals(new int[] {0, 2, 3}, selected(3, Map.of("groups", 3, "chosen-groups", 2), preferences));
        assertArrayEquals(new int[] {2, 3, -1}, selected(3, Map.of("groups", 3, "chosen-groups", 1), preferences), "no third one is there");
        assertArrayEquals(new int[] {2, 4}, selected(2, Map.of("groups", 2, "chosen-groups", 1), -9, -8, 1, 0, 0.5f), "groups of 2 and 3");
    }

    @Test
    void whatDoesNotGoTogetherIsTheUsersMistake() {
        for (var options : List.<Map<String, Object>>of(Map.of("jitter", 1), Map.of("scaling", 0), Map.of("groups", 9), Map.of("groups", 0),
                Map.of("groups", 2, "chosen-groups", 3), Map.of("renormalise", "never"))) {
            var error = assertThrows(UserError.class, () -> golden(1, Mode.EVALUATION, options));
            assertTrue(error.getMessage().contains(options.containsKey("chosen-groups") ? "chosen-groups" : options.keySet().iterator().next()),
                    error.getMessage());
        }
    }
}
