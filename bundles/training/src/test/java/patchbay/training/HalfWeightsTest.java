package patchbay.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.data.EvaluationBatches;
import patchbay.engine.cpu.CpuEngine;
import patchbay.model.Decoder;
import patchbay.model.Generator;
import patchbay.model.ModelSettings.Weights;
import patchbay.model.Plug;
import patchbay.model.Sampling;
import patchbay.tensor.DType;
import patchbay.tensor.Engine;
import patchbay.tensor.Variables;

/** Models whose weights are rounded to 16 bits wherever they are used, while the optimizer moves f32. */
class HalfWeightsTest {

    /** Nats by which the mean loss of the last twenty of a hundred steps may differ from f32's. */
    private static final double BOUND = 0.02;

    private static Decoder decoder(Weights weights) {
        return Fixture.decoder(Fixture.MODEL.withWeights(weights), Map.of("layers.*.moe.balancer", Plug.of("tally")));
    }

    private static float[] losses(Learner learner, int from, int to) {
        var losses = new float[to - from];
        for (int step = from; step < to; step++) {
            losses[step - from] = learner.step(step, Fixture.batches(learner.settings().batch())).loss();
        }
        return losses;
    }

    private static float[] losses(Engine engine, Weights weights, TrainingSettings settings, int steps) {
        try (var learner = Learner.begin(engine, decoder(weights), settings, 1)) {
            return losses(learner, 0, steps);
        }
    }

    @Test
    void trainAsWellAsF32() {
        try (var engine = new CpuEngine(2)) {
            var f32 = losses(engine, Weights.f32, Fixture.training(100, 8, 1), 100);
            for (var weights : List.of(Weights.bf16, Weights.f16)) {
                var halves = losses(engine, weights, Fixture.training(100, 8, 1), 100);
                assertNotEquals(f32[99], halves[99], "rounded");
                assertEquals(ending(f32), ending(halves), BOUND, weights.name());
            }
        }
    }

    private static double ending(float[] losses) {
        return IntStream.range(80, 100).mapToDouble(i -> losses[i]).average().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void lossesDoNotDependOnThreads(int accumulate) {
        try (var one = new CpuEngine(1); var two = new CpuEngine(2)) {
            var settings = Fixture.training(8, 4, accumulate);
            assertArrayEquals(losses(one, Weights.bf16, settings, 8), losses(two, Weights.bf16, settings, 8));
        }
    }

    @Test
    void recomputingChangesNoLoss() {
        try (var engine = new CpuEngine(1)) {
            var recomputing = new TrainingSettings(8, 4, 1, 1e-2, 1e-3, 2, 0.9, 0.99, 1e-8, 0.1, 1.0, 0, 2, 0, 3, true);
            assertArrayEquals(losses(engine, Weights.f16, Fixture.training(8, 4, 1), 8), losses(engine, Weights.f16, recomputing, 8));
        }
    }

    @Test
    void theOptimizersValuesAreF32AndResumingContinuesBitForBit() {
        var settings = Fixture.training(12, 4, 1);
        try (var engine = new CpuEngine(1); var learner = Learner.begin(engine, decoder(Weights.bf16), settings, 1)) {
            losses(learner, 0, 5);
            var kept = learner.variables().copy();
            assertTrue(kept.names().stream().allMatch(name -> kept.type(name).dtype() == DType.F32));
            var embedding = floats(kept, "embedding.tokens");
            assertTrue(IntStream.range(0, embedding.length).anyMatch(i -> (Float.floatToIntBits(embedding[i]) & 0xffff) != 0), "not rounded");
            var expected = losses(learner, 5, 12);
            try (var resumed = Learner.resume(engine, decoder(Weights.bf16), settings, 1, kept, Births.at(5, learner.births()))) {
                assertArrayEquals(expected, losses(resumed, 5, 12));
            }
        }
    }

    private static float[] floats(Variables variables, String name) {
        var values = new float[variables.type(name).size()];
        variables.read(name, values);
        return values;
    }

    @ParameterizedTest
    @EnumSource
    void theProbeFindsDecodingAndEvaluationAgree(Weights weights) {
        try (var engine = new CpuEngine(1); var learner = Learner.begin(engine, decoder(weights), Fixture.training(12, 4, 1), 1)) {
            losses(learner, 0, 5);
            Probe.check(learner.decoder(), learner.variables());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"bf16", "f16"})
    void generationKeepsHalfTheBytesAndNothingOfTheOptimizer(Weights weights) {
        try (var engine = new CpuEngine(2); var learner = Learner.begin(engine, decoder(weights), Fixture.training(60, 8, 1), 1)) {
            losses(learner, 0, 60);
            var values = Generator.values(engine, learner.decoder(), learner.variables());
            assertFalse(values.names().stream().anyMatch(Learner::isMoment));
            long whole = learner.births().keySet().stream().mapToLong(name -> learner.variables().type(name).bytes()).sum();
            long half = values.names().stream().filter(learner.births()::containsKey).mapToLong(name -> values.type(name).bytes()).sum();
            long vectors = values.names().stream().filter(name -> values.type(name).dtype() == DType.F32 && learner.births().containsKey(name))
                    .mapToLong(name -> values.type(name).bytes()).sum();
            assertEquals((whole - vectors) / 2 + vectors, half);
            assertTrue(vectors < whole / 10);

            var converted = text(engine, learner.decoder(), learner.variables());
            assertArrayEquals(converted, text(engine, learner.decoder(), values));
            var rounded = new Decoder(learner.decoder().rack().withWeights(Weights.f32), Fixture.VOCABULARY);
            assertArrayEquals(converted, text(engine, rounded, values), "the same numbers widened");
        }
    }

    private static int[] text(Engine engine, Decoder decoder, Variables variables) {
        var text = new int[24];
        try (var generator = new Generator(engine, decoder, variables)) {
            int[] count = new int[1];
            generator.generate(new int[] {1}, text.length, new Sampling(0, 0, 1), 1, token -> {
                text[count[0]++] = token;
                return true;
            });
        }
        return text;
    }

    @Test
    void anEvaluationIsOfTheRoundedModel() {
        try (var engine = new CpuEngine(1); var learner = Learner.begin(engine, decoder(Weights.bf16), Fixture.training(60, 8, 1), 1)) {
            losses(learner, 0, 20);
            var held = new EvaluationBatches(Fixture.text(300), 8, Fixture.CONTEXT, 4);
            double loss = learner.evaluate(held).loss();
            var variables = learner.variables().copy();
            var decoding = Generator.values(engine, learner.decoder(), learner.variables());
            for (var name : learner.births().keySet()) {
                var values = floats(variables, name);
                if (decoding.type(name).dtype() == DType.BF16) {
                    IntStream.range(0, values.length).forEach(i -> values[i] = bf16(values[i]));
                }
                variables.put(name, variables.type(name), values);
            }
            try (var rounded = Learner.resume(engine, decoder(Weights.f32), Fixture.training(60, 8, 1), 1, variables, Births.at(20, learner.births()))) {
                assertEquals(loss, rounded.evaluate(held).loss());
            }
        }
    }

    private static float bf16(float x) {
        int bits = Float.floatToIntBits(x);
        return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
    }
}
