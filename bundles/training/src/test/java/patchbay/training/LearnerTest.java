package patchbay.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.contract.Trial;
import patchbay.data.Batches;
import patchbay.data.EvaluationBatches;
import patchbay.data.TokenStream;
import patchbay.engine.cpu.CpuEngine;
import patchbay.model.ModelSettings;
import patchbay.model.Plug;
import patchbay.tensor.Engine;
import patchbay.tensor.reference.ReferenceEngine;

class LearnerTest {

    private static final Map<String, Plug> NOISY = Map.of("layers.*.moe.router", Plug.of("noisy"), "layers.*.moe.balancer", Plug.of("tally"));

    private static float[] losses(Learner learner, int from, int to, Batches batches) {
        var losses = new float[to - from];
        for (int step = from; step < to; step++) {
            losses[step - from] = learner.step(step, batches).loss();
        }
        return losses;
    }

    @Test
    void learnsATextWhoseNextTokenFollows() {
        try (var engine = new CpuEngine(1);
                var learner = Learner.begin(engine, Fixture.decoder(Map.of()), Fixture.training(150, 8, 1), 1)) {
            var held = new EvaluationBatches(Fixture.text(300), 8, Fixture.CONTEXT, 10);
            double before = learner.evaluate(held).loss();
            losses(learner, 0, 150, Fixture.batches(8));
            var after = learner.evaluate(held);
            assertEquals(Math.log(Fixture.VOCABULARY), before, 0.1);
            assertTrue(after.loss() < 0.8, "one token in eight is random: " + after.loss());
            assertEquals(after.loss(), learner.evaluate(held).loss(), "evaluating changes nothing");
            after.domains().forEach((path, domains) -> {
                assertEquals(1, domains.length, "all of one domain");
                for (int expert = 0; expert < domains[0].length; expert++) {
                    assertEquals(after.counts().get(path)[expert], domains[0][expert], path + ", expert " + expert);
                }
            });
            for (var path : List.of("layers.0.moe", "layers.1.moe")) {
                double tokens = IntStream.range(0, 4).mapToDouble(e -> after.counts().get(path)[e]).sum();
                assertEquals(held.count() * 8.0 * Fixture.CONTEXT * Fixture.MODEL.k(), tokens);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void lossesDoNotDependOnThreads(int accumulate) {
        var settings = Fixture.training(8, 4, accumulate);
        try (var one = new CpuEngine(1); var two = new CpuEngine(2)) {
            assertArrayEquals(losses(one, settings), losses(two, settings));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void recomputingChangesNothingButMemory(int accumulate) {
        var model = new ModelSettings(6, 16, 2, Fixture.CONTEXT, 32, 4, 2, 1, List.of("1"), true, 0.1f, ModelSettings.Norm.layer);
        var plugs = Map.of("layers.*.moe.router", Plug.of("noisy"), "layers.*.moe.balancer", Plug.of("tally"));
        try (var engine = new CpuEngine(2);
                var kept = Learner.begin(engine, Fixture.decoder(model, plugs), recomputing(accumulate, false), 1);
                var recomputed = Learner.begin(engine, Fixture.decoder(model, plugs), recomputing(accumulate, true), 1)) {
            assertArrayEquals(losses(kept, 0, 6, Fixture.batches(8)), losses(recomputed, 0, 6, Fixture.batches(8)));
            Trial.assertSame(Trial.values(kept.variables()), ordered(kept, Trial.values(recomputed.variables())), "variables");
            assertEquals(6, sum(Trial.values(recomputed.variables(), "layers.0.moe.balancer.updates")), "a balancer counts a step once");
            long before = memory(kept);
            long after = memory(recomputed);
            assertTrue(after < 0.6 * before, before + " bytes kept, " + after + " recomputed");
        }
    }

    private static TrainingSettings recomputing(int accumulate, boolean recompute) {
        return new TrainingSettings(10, 8, accumulate, 1e-2, 1e-3, 0, 0.9, 0.99, 1e-8, 0.1, 1.0, 0, 2, 0, 3, recompute);
    }

    private static long memory(Learner learner) {
        return learner.trainingPlans().getFirst().memory();
    }

    private static float[] losses(Engine engine, TrainingSettings settings) {
        try (var learner = Learner.begin(engine, Fixture.decoder(NOISY), settings, 1)) {
            return losses(learner, 0, 8, Fixture.batches(settings.batch()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void resumingContinuesBitForBit(int accumulate) {
        var settings = Fixture.training(12, 4, accumulate);
        var batches = Fixture.batches(4);
        try (var engine = new CpuEngine(1); var learner = Learner.begin(engine, Fixture.decoder(NOISY), settings, 1)) {
            losses(learner, 0, 5, batches);
            var kept = learner.variables().copy();
            var births = Births.at(5, learner.births());
            for (var name : List.copyOf(kept.names())) {
                if (Learner.isTransient(name)) {
                    kept.remove(name);
                }
            }
            var expected = losses(learner, 5, 12, batches);
            try (var resumed = Learner.resume(engine, Fixture.decoder(NOISY), settings, 1, kept, births)) {
                assertArrayEquals(expected, losses(resumed, 5, 12, batches));
                Trial.assertSame(Trial.values(learner.variables()), ordered(learner, Trial.values(resumed.variables())), "variables");
            }
        }
    }

    private static Map<String, float[]> ordered(Learner like, Map<String, float[]> values) {
        var ordered = new LinkedHashMap<String, float[]>();
        like.variables().names().forEach(name -> ordered.put(name, values.get(name)));
        return ordered;
    }

    @Test
    void theStepDrawsTheRandomNumbers() {
        var settings = Fixture.training(4, 4, 1);
        var engine = new ReferenceEngine();
        var batches = Fixture.batches(4);
        try (var a = Learner.begin(engine, Fixture.decoder(NOISY), settings, 1);
                var b = Learner.begin(engine, Fixture.decoder(NOISY), settings, 1);
                var c = Learner.begin(engine, Fixture.decoder(NOISY), settings, 2)) {
            float loss = a.step(0, batches).loss();
            assertEquals(loss, b.step(0, batches).loss());
            assertNotEquals(loss, c.step(0, batches).loss(), "another seed, other first values");
        }
    }

    /** A text of one window makes every batch the same, and a rate of nothing leaves the model as it is. */
    @Test
    void everyStepDrawsOthers() {
        var still = new TrainingSettings(4, 4, 1, 1e-30, 1e-30, 0, 0.9, 0.99, 1e-8, 0, 0, 0, 2, 0, 3, false);
        var batches = new Batches(Fixture.text(Fixture.CONTEXT + 1), 4, Fixture.CONTEXT, 1);
        var engine = new ReferenceEngine();
        try (var noisy = Learner.begin(engine, Fixture.decoder(NOISY), still, 1);
                var plain = Learner.begin(engine, Fixture.decoder(Map.of()), still, 1)) {
            assertEquals(plain.step(0, batches).loss(), plain.step(1, batches).loss());
            float first = noisy.step(0, batches).loss();
            assertNotEquals(first, noisy.step(1, batches).loss());
            assertEquals(first, noisy.step(0, batches).loss(), "a step that is repeated");
        }
    }

    /**
     * Batches are random windows, so a seed is looked for with which two micro-batches of two are the windows of one batch of
     * four in another order.
     */
    @Test
    void twoMicroBatchesAreOneBatchOfDoubleSize() {
        var text = Fixture.text(Fixture.CONTEXT + 5);
        long seed = IntStream.range(0, 100_000).filter(s -> sameWindows(text, s)).findFirst().orElseThrow();
        // an epsilon that keeps gradients of rounding's size from being made as long as others
        var tally = Map.of("layers.*.moe.balancer", Plug.of("tally"));
        var engine = new ReferenceEngine();
        try (var whole = Learner.begin(engine, Fixture.decoder(tally), gentle(4, 1), 1);
                var parts = Learner.begin(engine, Fixture.decoder(tally), gentle(2, 2), 1)) {
            var expected = whole.step(0, new Batches(text, 4, Fixture.CONTEXT, seed));
            var actual = parts.step(0, new Batches(text, 2, Fixture.CONTEXT, seed));
            assertEquals(expected.loss(), actual.loss(), 1e-5);
            assertEquals(expected.gradientNorm(), actual.gradientNorm(), 1e-5);
            expected.counts().forEach((path, counts) -> assertArrayEquals(counts, actual.counts().get(path), path));
            for (var name : whole.variables().names()) {
                Trial.assertClose(Trial.values(whole.variables(), name), Trial.values(parts.variables(), name), 1e-5, name);
            }
            assertEquals(4 * Fixture.CONTEXT * 2, sum(Trial.values(parts.variables(), "layers.0.moe.balancer.seen")));
            assertEquals(1, sum(Trial.values(parts.variables(), "layers.0.moe.balancer.updates")), "one update a step");
            parts.variables().names().stream().filter(Learner::isTransient).forEach(name ->
                    assertEquals(0, sum(Trial.values(parts.variables(), name)), name + " starts again at 0"));
        }
    }

    static TrainingSettings gentle(int batch, int accumulate) {
        return new TrainingSettings(10, batch, accumulate, 1e-2, 1e-3, 0, 0.9, 0.99, 1e-3, 0.1, 1.0, 0, 2, 0, 3, false);
    }

    private static double sum(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).sum();
    }

    /** Whether two micro-batches of two are the windows of one batch of four. */
    static boolean sameWindows(TokenStream text, long seed) {
        var whole = windows(new Batches(text, 4, Fixture.CONTEXT, seed), 4, 0);
        var halves = new ArrayList<>(windows(new Batches(text, 2, Fixture.CONTEXT, seed), 2, 0));
        var second = windows(new Batches(text, 2, Fixture.CONTEXT, seed), 2, 1);
        boolean differ = new HashSet<>(halves).size() == 2 && !halves.containsAll(second);
        halves.addAll(second);
        halves.sort(null);
        return differ && halves.equals(whole.stream().sorted().toList());
    }

    private static List<String> windows(Batches batches, int batch, int micro) {
        var tokens = new int[batch * Fixture.CONTEXT];
        var targets = tokens.clone();
        batches.fill(0, micro, tokens, targets, tokens.clone());
        return IntStream.range(0, batch).mapToObj(row -> Arrays.toString(Arrays.copyOfRange(tokens, row * Fixture.CONTEXT,
                (row + 1) * Fixture.CONTEXT)) + targets[(row + 1) * Fixture.CONTEXT - 1]).toList();
    }

    /** A large decay at a rate of next to nothing to learn with: what is decayed shrinks, norms and biases do not. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void normsAndBiasesDoNotDecay(int accumulate) {
        var settings = new TrainingSettings(10, 2, accumulate, 1e-6, 1e-6, 0, 0.9, 0.99, 1e3, 1e5, 0, 0, 2, 0, 3, false);
        try (var learner = Learner.begin(new ReferenceEngine(), Fixture.decoder(Map.of()), settings, 1)) {
            var before = Trial.values(learner.variables());
            learner.step(0, Fixture.batches(2));
            for (var name : learner.births().keySet()) {
                var was = before.get(name);
                var now = Trial.values(learner.variables(), name);
                float factor = name.matches(".*(bias|gain|norm\\..*)") ? 1 : 0.9f;
                for (int i = 0; i < was.length; i++) {
                    assertEquals(was[i] * factor, now[i], 1e-5 * (1 + Math.abs(was[i])), name);
                }
            }
        }
    }

    @Test
    void aLargeGradientIsClipped() {
        var open = new TrainingSettings(10, 2, 1, 1e-2, 1e-3, 0, 0, 0.99, 1e-3, 0, 0, 0, 2, 0, 3, false);
        var clipped = new TrainingSettings(10, 2, 1, 1e-2, 1e-3, 0, 0, 0.99, 1e-3, 0, 0.01, 0, 2, 0, 3, false);
        var engine = new ReferenceEngine();
        try (var a = Learner.begin(engine, Fixture.decoder(Map.of()), open, 1);
                var b = Learner.begin(engine, Fixture.decoder(Map.of()), clipped, 1)) {
            float norm = a.step(0, Fixture.batches(2)).gradientNorm();
            assertEquals(norm, b.step(0, Fixture.batches(2)).gradientNorm(), "the norm that is told is that before clipping");
            double left = 0; // beta1 is 0: the first moment is the clipped gradient
            for (var name : b.births().keySet()) {
                for (float m : Trial.values(b.variables(), Update.FIRST + name)) {
                    left += (double) m * m;
                }
            }
            assertEquals(0.01, Math.sqrt(left), 1e-5);
            assertTrue(norm > 0.02);
        }
    }

    @Test
    void sizesCountWhatATokenUses() {
        try (var learner = Learner.begin(new ReferenceEngine(), Fixture.decoder(Map.of()), Fixture.training(1, 1, 1), 1)) {
            int dim = 16;
            int expert = 2 * dim * 12 + 12 + dim;
            long layer = 4 * dim * dim + 4 * dim + dim * 4 + 4 * expert;
            assertEquals(7 * dim + 2 * layer + 2 * dim, learner.size().parameters());
            assertEquals(learner.size().parameters() - 2 * 2 * expert, learner.size().active());
        }
    }

    /** Of three experts and an extra that is as large a token uses two on average. */
    @Test
    void anExtraIsUsedAsOftenAsTheOthers() {
        var four = Fixture.decoder(Map.of());
        var three = new ModelSettings(2, 16, 2, Fixture.CONTEXT, 12, 3, 2, 0, List.of(), true, 0, ModelSettings.Norm.layer);
        var extra = Fixture.decoder(three.withExtras(List.of("side"), 2), Map.of());
        try (var together = Learner.begin(new ReferenceEngine(), four, Fixture.training(1, 1, 1), 1);
                var apart = Learner.begin(new ReferenceEngine(), extra, Fixture.training(1, 1, 1), 1)) {
            assertEquals(together.size(), apart.size());
        }
    }

    @Test
    void aModelOfDenseLayersLearnsToo() {
        var settings = new ModelSettings(1, 16, 2, Fixture.CONTEXT, 12, 1, 1, 0, List.of("all"), false, 0.1f, ModelSettings.Norm.rms);
        try (var learner = Learner.begin(new ReferenceEngine(), Fixture.decoder(settings, Map.of()), Fixture.training(20, 4, 1), 1)) {
            var losses = losses(learner, 0, 20, Fixture.batches(4));
            assertTrue(losses[19] < losses[0] - 0.1, Arrays.toString(losses));
            assertEquals(learner.size().parameters(), learner.size().active());
        }
    }
}
