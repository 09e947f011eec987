package patchbay.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

class CpuEngineTest {

    private static final TensorType TYPE = TensorType.f32(4);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void randomGraphsGiveTheReferencesBits(int threads) {
        try (var plain = new CpuEngine(threads); var poisoned = new CpuEngine(threads, Twins.none(), true)) {
            for (int seed = 0; seed < 150; seed++) {
                int rows = seed % 10 == 0 ? 700 : 3;
                var expected = results(new ReferenceEngine(), seed, rows);
                assertSame(expected, results(plain, seed, rows), "seed " + seed);
                assertSame(expected, results(poisoned, seed, rows), "poisoned, seed " + seed);
            }
        }
    }

    /** Outputs of two runs, and the variables after them. */
    private static Map<String, float[]> results(Engine engine, int seed, int rows) {
        var graph = RandomGraph.of(seed, 5 + seed % 60, rows, 70);
        var variables = engine.variables();
        var results = new LinkedHashMap<String, float[]>();
        try (var program = engine.compile(graph, variables)) {
            for (int run = 0; run < 2; run++) {
                program.write("x", RandomGraph.values(rows * 70, seed * 2L + run));
                program.run();
                for (var output : graph.outputs().keySet()) {
                    results.put(output + " of run " + run, program.floats(output));
                }
            }
        }
        variables.names().forEach(name -> results.put(name, values(variables, name)));
        return results;
    }

    private static void assertSame(Map<String, float[]> expected, Map<String, float[]> actual, String where) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), () -> where + ", " + name));
    }

    private static float[] values(Variables variables, String name) {
        var values = new float[variables.type(name).size()];
        variables.read(name, values);
        return values;
    }

    @Test
    void whatNobodyNeedsIsNotComputed() {
        var graph = new Graph();
        var x = graph.input("x", TYPE);
        graph.output("y", graph.apply(TestOperation.ADD, x, x));
        graph.apply(TestOperation.ROOT, graph.apply(TestOperation.ADD, x, x));
        try (var engine = new CpuEngine(1); var program = engine.compile(graph, engine.variables())) {
            assertEquals(1, program.launches());
        }
    }

    @Test
    void constantsAreComputedOnce() {
        var graph = new Graph();
        var x = graph.input("x", TYPE);
        var two = graph.filled(TYPE.shape(), 2);
        graph.output("y", graph.apply(TestOperation.ADD, x, graph.apply(TestOperation.ADD, two, two)));
        try (var engine = new CpuEngine(1); var program = engine.compile(graph, engine.variables())) {
            assertEquals(1, program.launches());
            program.write("x", new float[] {1, 2, 3, 4});
            program.run();
            assertArrayEquals(new float[] {5, 6, 7, 8}, program.floats("y"));
        }
    }

    @Test
    void aChainTakesTwoArraysAndInPlaceOne() {
        assertEquals(3 * 4000, memoryOfChain(TestOperation.REVERSE), "the input and two arrays in turns");
        assertEquals(2 * 4000, memoryOfChain(TestOperation.ROOT), "the input and one array");
    }

    private static long memoryOfChain(TestOperation operation) {
        var graph = new Graph();
        var tensor = graph.input("x", TensorType.f32(10, 100));
        for (int i = 0; i < 9; i++) {
            tensor = graph.apply(operation, tensor);
        }
        graph.output("y", tensor);
        try (var engine = new CpuEngine(1); var program = engine.compile(graph, engine.variables())) {
            return program.memory();
        }
    }

    @Test
    void anUpdateIsWrittenOverTheOldValueWhenItsReadersAreDone() {
        var graph = new Graph();
        var w = graph.parameter("w", TYPE.shape(), Initializer.ones());
        var step = graph.apply(TestOperation.ADD, w, w);
        graph.update(w, step);
        // A later reader of the old value: the update has to wait for it.
        graph.output("y", graph.apply(TestOperation.REVERSE, graph.apply(TestOperation.FLATTEN, w)));
        try (var engine = new CpuEngine(1)) {
            var variables = engine.variables();
            try (var program = engine.compile(graph, variables)) {
                assertEquals(TYPE.bytes(), program.memory(), "the output alone");
                program.run();
                assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, program.floats("y"));
                assertArrayEquals(new float[] {2, 2, 2, 2}, values(variables, "w"));
            }
        }
    }

    /** Written twice, with a read between: both times where it lies. A reader of the value between that comes later wants a copy of it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCacheThatIsWrittenTwiceLiesWhereItIs(boolean readLater) {
        var graph = new Graph();
        var cache = graph.state("cache", TensorType.f32(1, 1000, 1), Initializer.zeros());
        var at = graph.input("at", TensorType.i32(1));
        var once = cache.writeRows(graph.constant(Shape.of(1, 2, 1), 3f, 4f), at);
        var twice = once.writeRows(once.readRows(at, 2).multiply(10), at.add(graph.constant(Shape.of(1), 1)));
        graph.update(cache, twice);
        graph.output("sum", readLater ? twice.sum().add(once.sum()) : twice.sum());
        try (var engine = new CpuEngine(1); var program = engine.compile(graph, engine.variables())) {
            program.write("at", new int[] {5});
            assertEquals(readLater, program.memory() >= 4000, program.memory() + " bytes");
            for (int run = 0; run < 2; run++) { // 3 30 40, of which the first two are written again before the others
                program.run();
                assertArrayEquals(new float[] {readLater ? 73 + (run == 0 ? 7 : 47) : 73}, program.floats("sum"));
            }
        }
    }

    @Test
    void programsShareVariablesAndSeeWhatIsPut() {
        var graph = new Graph();
        var w = graph.parameter("w", TYPE.shape(), Initializer.ones());
        graph.update(w, graph.apply(TestOperation.ADD, w, w));
        graph.output("w", w);
        try (var engine = new CpuEngine(2)) {
            var variables = engine.variables();
            try (var first = engine.compile(graph, variables); var second = engine.compile(graph, variables)) {
                first.run();
                second.run();
                assertEquals(2, second.floats("w")[0]);
                variables.put("w", TYPE, new float[] {10, 10, 10, 10});
                first.run();
                assertEquals(10, first.floats("w")[0]);
                assertEquals(20, values(variables, "w")[0]);
            }
        }
    }

    /** Of sizes that the threads pack together, that each packs for itself because they are too large, and that are read as they lie. */
    @ParameterizedTest
    @CsvSource({"70, 300, 1031", "97, 2000, 1100", "300, 70, 70"})
    void productsHaveTheSameBitsOnAnyNumberOfThreads(int m, int n, int k) {
        for (int transposes = 0; transposes < 4; transposes++) {
            boolean transposeA = (transposes & 2) != 0;
            boolean transposeB = (transposes & 1) != 0;
            var graph = new Graph();
            var a = graph.input("a", transposeA ? TensorType.f32(k, m) : TensorType.f32(m, k));
            var b = graph.input("b", transposeB ? TensorType.f32(n, k) : TensorType.f32(k, n));
            graph.output("c", a.matmul(b, transposeA, transposeB));
            graph.output("ca", a.matmul(b, transposeA, transposeB).matmul(b, false, !transposeB));
            var one = products(graph, 1);
            assertSame(one, products(graph, 2), "2 threads, transposes " + transposes);
            assertSame(one, products(graph, 3), "3 threads, transposes " + transposes);
        }
    }

    /** In few rows and many, with weights as they lie and transposed, at first and after every way in which a variable gets other values. */
    @ParameterizedTest
    @CsvSource({"1, 3", "1, 7", "2, 7", "3, 7", "2, 19", "1, 70", "3, 70"})
    void keptWeightsFollowTheirVariables(int threads, int rows) {
        var graph = new Graph();
        var x = graph.input("x", TensorType.f32(rows, 300));
        var w = graph.parameter("w", Shape.of(300, 391), Initializer.normal(1));
        graph.output("y", x.matmul(w));
        graph.output("back", x.matmul(w).matmul(w, false, true));
        try (var engine = new CpuEngine(threads); var other = CpuEngine.plain(1)) {
            var variables = engine.variables();
            try (var fast = engine.compile(graph, variables); var plain = other.compile(graph, variables);
                    var again = engine.compile(graph, variables.fork());
                    var training = engine.compile(renewing(Shape.of(300, 391)), variables);
                    var reference = new ReferenceEngine().compile(renewing(Shape.of(300, 391)), variables)) {
                var changes = List.<Runnable>of(() -> {}, () -> {}, training::run,
                        () -> variables.put("w", TensorType.f32(300, 391), RandomGraph.values(300 * 391, 5)), reference::run);
                for (var change : changes) {
                    change.run();
                    for (var program : List.of(fast, plain, again)) {
                        program.write("x", RandomGraph.values(rows * 300, 3));
                        program.run();
                    }
                    for (var output : graph.outputs().keySet()) {
                        var expected = plain.floats(output);
                        for (int i = 0; i < expected.length; i++) {
                            assertEquals(expected[i], fast.floats(output)[i], 1e-3 + 1e-5 * Math.abs(expected[i]));
                        }
                        assertArrayEquals(fast.floats(output), again.floats(output));
                    }
                }
            }
        }
    }

    /** Gives the variable {@code w} other values in every run. */
    private static Graph renewing(Shape shape) {
        var graph = new Graph();
        var w = graph.parameter("w", shape, Initializer.normal(1));
        graph.update(w, w.multiply(1.5f));
        return graph;
    }

    @Test
    void whatIsKeptHasItsRoomAndIsSharedByPrograms() {
        var keeping = new Keeping(4 * 1000);
        var w = new float[10];
        var first = keeping.of(new Numbers(w, 600), new AtomicLong()).orElseThrow();
        assertTrue(first == keeping.of(new Numbers(w, 600), new AtomicLong()).orElseThrow());
        assertTrue(keeping.of(new Numbers(new float[10], 600), new AtomicLong()).isEmpty(), "no room");
        assertTrue(keeping.of(new Numbers(new float[10], 400), new AtomicLong()).isPresent());
        assertTrue(first.is(new Numbers(w, 600)));
    }

    private record Numbers(float[] source, int size) implements Preparation {

        @Override
        public int parts() {
            return 1;
        }

        @Override
        public void prepare(float[] space, int first, int count) {}
    }

    private static Map<String, float[]> products(Graph graph, int threads) {
        try (var engine = new CpuEngine(threads); var program = engine.compile(graph, engine.variables())) {
            graph.inputs().forEach((name, input) -> program.write(name, RandomGraph.values(input.size(), name.hashCode())));
            program.run();
            return Map.of("c", program.floats("c"), "ca", program.floats("ca"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aRunAllocatesNothing(int threads) {
        try (var engine = new CpuEngine(threads); var program = engine.compile(RandomGraph.of(10, 60, 700, 70), engine.variables())) {
            for (int i = 0; i < 50; i++) {
                program.run();
            }
            var thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            long least = Long.MAX_VALUE; // the compiler's own doings may show in one or the other run
            for (int i = 0; i < 20; i++) {
                long before = thread.getTotalThreadAllocatedBytes();
                program.run();
                least = Math.min(least, thread.getTotalThreadAllocatedBytes() - before);
            }
            assertTrue(least <= 256, least + " bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aFailureInAnyRowIsNamedAndThePoolGoesOn(int threads) {
        int size = 200_000;
        var graph = new Graph();
        var x = graph.input("x", TensorType.f32(size));
        graph.output("y", graph.at("plugin odd at layers.1", () -> graph.apply(TestOperation.ROOT, x)));
        try (var engine = new CpuEngine(threads); var program = engine.compile(graph, engine.variables())) {
            for (int bad : new int[] {0, size / 2, size - 1}) {
                var values = new float[size];
                values[bad] = -4;
                program.write("x", values);
                var error = assertThrows(IllegalStateException.class, program::run);
                for (var part : List.of("ROOT#0", "plugin odd at layers.1", "root of -4.0")) {
                    assertTrue(error.getMessage().contains(part), error.getMessage());
                }
                values[bad] = 4;
                program.write("x", values);
                program.run();
                assertEquals(2, program.floats("y")[bad]);
            }
        }
    }

    @Test
    void twoCallersAtOnceBothGetTheirResults() throws InterruptedException {
        try (var engine = new CpuEngine(2)) {
            var expected = results(new ReferenceEngine(), 10, 700);
            var failures = new java.util.concurrent.ConcurrentLinkedQueue<Throwable>();
            var callers = java.util.stream.IntStream.range(0, 3).mapToObj(_ -> Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 20; i++) {
                        assertSame(expected, results(engine, 10, 700), "beside another caller");
                    }
                } catch (Throwable failure) {
                    failures.add(failure);
                }
            })).toList();
            for (var caller : callers) {
                caller.join();
            }
            assertTrue(failures.isEmpty(), failures::toString);
        }
    }

    @Test
    void closingEndsTheThreadsAndLeavesProgramsToTheirCallers() throws InterruptedException {
        var graph = RandomGraph.of(10, 60, 700, 70);
        var engine = new CpuEngine(3);
        var program = engine.compile(graph, engine.variables());
        program.run();
        var workers = Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("patchbay-cpu-")).toList();
        assertTrue(workers.size() >= 2);
        engine.close();
        for (var worker : workers) {
            worker.join(10_000);
        }
        program.run();
        program.close();
        assertThrows(IllegalStateException.class, program::run);
    }

    @Test
    void aKernelThatDoesNotFitItsLaunchIsNamed() {
        var graph = new Graph();
        var counts = graph.input("x", TensorType.i32(Shape.of(4)));
        graph.output("y", graph.apply(TestOperation.ROOT, counts));
        try (var engine = new CpuEngine(1)) {
            var error = assertThrows(IllegalArgumentException.class, () -> engine.compile(graph, engine.variables()));
            assertTrue(error.getMessage().contains("ROOT#0"), error.getMessage());
        }
    }
}
