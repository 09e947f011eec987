package patchbay.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import patchbay.tensor.Engine;
import patchbay.tensor.reference.ReferenceEngine;

/** All the operations of a training step together: against the reference, and against itself on other numbers of threads. */
class TrainingStepTest {

    private static final SmallMixture MIXTURE = new SmallMixture(3, 17, 29, 24, 3, 2, 5, 20, 0.1f);

    @Test
    void plainKernelsGiveTheReferencesBits() {
        var expected = train(new ReferenceEngine(), 4);
        try (var poisoned = new CpuEngine(2, Twins.none(), true)) {
            assertSame(expected, train(poisoned, 4));
        }
    }

    @Test
    void vectorKernelsStayCloseToTheReference() {
        var expected = train(new ReferenceEngine(), 4);
        try (var engine = new CpuEngine(2)) {
            train(engine, 4).forEach((name, values) -> assertArrayEquals(expected.get(name), values, 2e-3f, name));
        }
    }

    @Test
    void theNumberOfThreadsDoesNotMatter() {
        try (var one = new CpuEngine(1); var two = new CpuEngine(2); var three = new CpuEngine(3);
                var poisoned = new CpuEngine(2, Twins.of(""), true)) {
            var model = new SmallMixture(8, 64, 65, 64, 4, 2, 5, 96, 0.1f);
            var expected = train(one, model, 3);
            assertSame(expected, train(two, model, 3));
            assertSame(expected, train(three, model, 3));
            assertSame(expected, train(poisoned, model, 3));
        }
    }

    /** Of heads enough that attention's gradients are computed head by head, and of sizes that fill no vector. */
    @Test
    void aHundredStepsHaveThePlainKernelsLossesAndTheSameBitsOnTwoThreads() {
        var model = new SmallMixture(4, 19, 29, 36, 3, 2, 5, 20, 0);
        try (var plain = CpuEngine.plain(1); var one = new CpuEngine(1); var two = new CpuEngine(2)) {
            var expected = train(plain, model, 100);
            var actual = train(one, model, 100);
            assertSame(actual, train(two, model, 100));
            for (int step = 1; step <= 100; step++) {
                float loss = expected.get("loss " + step)[0];
                assertEquals(loss, actual.get("loss " + step)[0], 1e-4f * loss, "loss " + step);
            }
        }
    }

    @Test
    void aStepAllocatesNothing() {
        var model = new SmallMixture(4, 32, 65, 32, 2, 1, 5, 32, 0.1f);
        try (var engine = new CpuEngine(2); var program = engine.compile(model.step(7), engine.variables())) {
            var thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            long least = Long.MAX_VALUE; // code that is being compiled still boxes vectors in one or the other run
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90); // a busy machine compiles late
            while (least > 256 && System.nanoTime() < deadline) {
                long before = thread.getTotalThreadAllocatedBytes();
                program.run();
                least = Math.min(least, thread.getTotalThreadAllocatedBytes() - before);
            }
            assertTrue(least <= 256, least + " bytes");
        }
    }

    private static Map<String, float[]> train(Engine engine, int steps) {
        return train(engine, MIXTURE, steps);
    }

    /** Loss and norm of every step, and all variables after the last. */
    private static Map<String, float[]> train(Engine engine, SmallMixture model, int steps) {
        var results = new LinkedHashMap<String, float[]>();
        var variables = engine.variables();
        try (var program = engine.compile(model.step(7), variables)) {
            var random = new SplittableRandom(1);
            int rows = model.batch() * model.time();
            for (int step = 1; step <= steps; step++) {
                program.write("tokens", random.ints(rows, 0, model.vocabulary()).toArray());
                program.write("targets", random.ints(rows, 0, model.vocabulary()).toArray());
                program.write("hyper", SmallMixture.ADAMW.hyper(1e-3f, step));
                program.write("step", new int[] {step});
                program.run();
                results.put("loss " + step, program.floats("loss"));
                results.put("norm " + step, program.floats("norm"));
            }
        }
        for (var name : variables.names()) {
            var values = new float[variables.type(name).size()];
            variables.read(name, values);
            results.put(name, values);
        }
        return results;
    }

    private static void assertSame(Map<String, float[]> expected, Map<String, float[]> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
    }
}
