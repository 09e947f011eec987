package patchbay.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import patchbay.balancer.auxiliaryloss.AuxiliaryLoss;
import patchbay.balancer.entropy.Entropy;
import patchbay.balancer.importanceandload.ImportanceAndLoad;
import patchbay.balancer.lossfree.LossFree;
import patchbay.balancer.routerzloss.RouterZLoss;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.data.Batches;
import patchbay.engine.cpu.CpuEngine;
import patchbay.model.Decoder;
import patchbay.model.ModelSettings;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

/** Every balancer in a step that is cut into micro-batches, and with activations that are computed twice. */
class BalancersTest {

    private static final String BALANCER = "layers.0.moe.balancer";

    /**
     * What every balancer is tested with.
     *
     * @param additive whether a step is the same, however it is cut; those whose loss is no mean of the micro-batches' are not
     */
    record Case(String name, Map<String, Object> options, boolean additive) {

        @Override
        public String toString() {
            return name + " " + options;
        }
    }

    static List<Case> cases() {
        return List.of(
                new Case("auxiliary-loss", Map.of("coefficient", 1), false),
                new Case("auxiliary-loss", Map.of("coefficient", 1, "over", "sequence"), true),
                new Case("auxiliary-loss", Map.of("coefficient", 1, "over", "run", "window", 3), true),
                new Case("router-z-loss", Map.of("coefficient", 1), true),
                new Case("entropy", Map.of("sharp", 1, "flat", 0), true),
                new Case("entropy", Map.of("sharp", 0, "flat", 10), false),
                new Case("importance-and-load", Map.of("importance", 1), false),
                new Case("loss-free", Map.of("rate", 0.1), true),
                new Case("loss-free", Map.of("rate", 0.1, "rule", "proportional"), true));
    }

    /** Begins with a liking for the first expert. */
    @Plugin("leaning")
    static final class Leaning implements Router {

        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            return scope.linear("weight", tokens, scope.experts()).add(scope.undecayed("bias", Shape.of(4), Initializer.of(1, 0, 0, 0)));
        }
    }

    private static Decoder decoder(ModelSettings model, Case balancer) {
        return decoder(model, balancer, "plain");
    }

    private static Decoder decoder(ModelSettings model, Case balancer, String router) {
        var plugs = Map.of("layers.*.moe.balancer", new Plug(balancer.name(), balancer.options()), "layers.*.moe.router", Plug.of(router));
        var shelf = PlainParts.shelf(new Leaning(), new AuxiliaryLoss(), new RouterZLoss(), new Entropy(), new ImportanceAndLoad(), new LossFree());
        return new Decoder(Rack.fit(model, PlainParts.wiring(model, plugs), shelf), Fixture.VOCABULARY);
    }

    /** Two micro-batches of two against one batch of four, with what the steps before left to an auxiliary loss over the run. */
    @ParameterizedTest
    @MethodSource("cases")
    void aStepInTwoMicroBatches(Case balancer) {
        var text = Fixture.text(Fixture.CONTEXT + 5);
        long seed = IntStream.range(0, 100_000).filter(s -> LearnerTest.sameWindows(text, s)).findFirst().orElseThrow();
        var whole = step(balancer, 4, 1, new Batches(text, 4, Fixture.CONTEXT, seed));
        var parts = step(balancer, 2, 2, new Batches(text, 2, Fixture.CONTEXT, seed));
        assertEquals(balancer.additive(), whole.keySet().stream().allMatch(name -> isClose(whole.get(name), parts.get(name))),
                balancer + ": after the step the variables are " + (balancer.additive() ? "others" : "the same"));
        for (var name : whole.keySet()) {
            if (name.startsWith(BALANCER)) {
                Trial.assertClose(whole.get(name), parts.get(name), 1e-6, name + " is updated once a step, by the counts of all of it");
            }
        }
    }

    /** Variables after one step, without the optimizer's. */
    private static Map<String, float[]> step(Case balancer, int batch, int accumulate, Batches batches) {
        var engine = new ReferenceEngine();
        var variables = engine.variables();
        remember(balancer, variables);
        try (var learner = Learner.resume(engine, decoder(Fixture.MODEL, balancer), LearnerTest.gentle(batch, accumulate), 1,
                variables, Births.at(0, Map.of()))) {
            learner.step(0, batches);
            return kept(learner);
        }
    }

    private static void remember(Case balancer, Variables variables) {
        if ("run".equals(balancer.options().get("over"))) {
            Consumer<String> put = layer -> variables.put("layers." + layer + ".moe.balancer.window", TensorType.f32(3, 4),
                    new float[] {9, 3, 1, 0, 5, 5, 5, 5, 0, 0, 0, 0});
            put.accept("0");
            put.accept("1");
        }
    }

    private static Map<String, float[]> kept(Learner learner) {
        var kept = new LinkedHashMap<>(Trial.values(learner.variables()));
        kept.keySet().removeIf(name -> Learner.isMoment(name) || Learner.isTransient(name));
        return kept;
    }

    private static boolean isClose(float[] expected, float[] actual) {
        return IntStream.range(0, expected.length).allMatch(i -> Math.abs(expected[i] - actual[i]) <= 1e-5);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void computingActivationsTwiceChangesNothing(Case balancer) {
        for (int accumulate : new int[] {1, 2}) {
            var kept = steps(balancer, accumulate, false);
            var recomputed = steps(balancer, accumulate, true);
            assertEquals(kept.keySet(), recomputed.keySet());
            kept.forEach((name, values) -> assertArrayEquals(values, recomputed.get(name), balancer + ": " + name));
        }
    }

    private static Map<String, float[]> steps(Case balancer, int accumulate, boolean recompute) {
        var settings = new TrainingSettings(10, 4, accumulate, 1e-2, 1e-3, 0, 0.9, 0.99, 1e-8, 0.1, 1.0, 0, 2, 0, 3, recompute);
        try (var engine = new CpuEngine(1); var learner = Learner.begin(engine, decoder(Fixture.MODEL, balancer), settings, 1)) {
            for (int step = 0; step < 3; step++) {
                learner.step(step, Fixture.batches(4));
            }
            return kept(learner);
        }
    }

    @Test
    void aWindowHoldsTheCountsOfWholeSteps() {
        var state = steps(cases().get(2), 2, true).get(BALANCER + ".window");
        for (int step = 0; step < 3; step++) {
            double tokens = 0;
            for (float count : Arrays.copyOfRange(state, step * 4, step * 4 + 4)) {
                tokens += count;
            }
            assertEquals(2 * 4 * Fixture.CONTEXT * 2, tokens);
        }
    }

    /** That they balance at all: 60 steps of a router that begins unevenly without any, and with each that is meant to. */
    @Test
    void everyBalancerEvensTheLoad() {
        double none = violation(new Case("plain", Map.of(), true));
        for (var balancer : List.of(
                new Case("auxiliary-loss", Map.of("coefficient", 0.1), false),
                new Case("auxiliary-loss", Map.of("coefficient", 0.1, "over", "sequence"), true),
                new Case("auxiliary-loss", Map.of("coefficient", 0.1, "over", "run"), true),
                new Case("entropy", Map.of("sharp", 0, "flat", 0.1), false),
                new Case("importance-and-load", Map.of(), false),
                new Case("loss-free", Map.of("rate", 0.02), true),
                new Case("loss-free", Map.of("rate", 0.05, "rule", "proportional"), true))) {
            double with = violation(balancer);
            assertTrue(with < 0.6 * none, balancer + ": MaxVio " + with + ", without " + none);
        }
    }

    /** MaxVio (most / mean − 1) of the last 10 steps of 60, the mean over the layers. */
    private static double violation(Case balancer) {
        try (var engine = new CpuEngine(1);
                var learner = Learner.begin(engine, decoder(Fixture.MODEL, balancer, "leaning"), Fixture.training(60, 8, 1), 1)) {
            var sums = new LinkedHashMap<String, float[]>();
            for (int step = 0; step < 60; step++) {
                var made = learner.step(step, Fixture.batches(8));
                if (step >= 50) {
                    made.counts().forEach((path, counts) -> {
                        var sum = sums.computeIfAbsent(path, _ -> new float[4]);
                        for (int e = 0; e < 4; e++) {
                            sum[e] += counts[e];
                        }
                    });
                }
            }
            return sums.values().stream().mapToDouble(sum -> {
                double most = IntStream.range(0, 4).mapToDouble(e -> sum[e]).max().orElseThrow();
                double all = IntStream.range(0, 4).mapToDouble(e -> sum[e]).sum();
                return most / (all / 4) - 1;
            }).average().orElseThrow();
        }
    }
}
