package patchbay.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Node;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.fusion.Fused;
import patchbay.tensor.fusion.FusedKernels;
import patchbay.tensor.operations.Activation;
import patchbay.tensor.operations.Affine;
import patchbay.tensor.operations.Select;
import patchbay.tensor.reference.ReferenceEngine;
import patchbay.tensor.schedule.Schedule;

/** Elementwise operations joined into generated kernels: the same bits, fewer launches, no classes left behind. */
class FusionTest {

    private static final float[] AWKWARD = {0f, -0f, 1f, -1f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY,
        Float.MIN_VALUE, -Float.MIN_VALUE, Float.MAX_VALUE, 1e-30f, 3f};

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void fusedGraphsGiveTheReferencesBits(int threads) {
        try (var engine = new CpuEngine(threads); var plain = new CpuEngine(threads, Twins.none(), true)) {
            for (int seed = 0; seed < 120; seed++) {
                int rows = seed % 12 == 0 ? 2_000 : 1 + seed % 5;
                int columns = 1 + seed % 39;
                var expected = results(new ReferenceEngine(), seed, rows, columns);
                assertSameBits(expected, results(engine, seed, rows, columns), "seed " + seed);
                assertSameBits(expected, results(plain, seed, rows, columns), "poisoned, seed " + seed);
            }
        }
    }

    private static List<float[]> results(Engine engine, int seed, int rows, int columns) {
        var graph = random(seed, rows, columns);
        var variables = engine.variables();
        var results = new ArrayList<float[]>();
        try (var program = engine.compile(graph, variables)) {
            for (int run = 0; run < 2; run++) {
                for (var input : graph.inputs().entrySet()) {
                    program.write(input.getKey(), values(input.getValue().size(), seed + run + input.getKey().hashCode()));
                }
                program.run();
                graph.outputs().keySet().forEach(output -> results.add(program.floats(output)));
            }
        }
        var state = new float[rows * columns];
        variables.read("state", state);
        results.add(state);
        return results;
    }

    private static float[] values(int size, long seed) {
        var random = new SplittableRandom(seed);
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = random.nextInt(8) == 0 ? AWKWARD[random.nextInt(AWKWARD.length)] : (float) random.nextDouble(-3, 3);
        }
        return values;
    }

    /** Compared as bits, so that NaNs and signed zeros count, but not which NaN: hardware may choose either operand's. */
    private static void assertSameBits(List<float[]> expected, List<float[]> actual, String where) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(bits(expected.get(i)), bits(actual.get(i)), where + ", result " + i);
        }
    }

    private static int[] bits(float[] values) {
        return IntStream.range(0, values.length).map(i -> Float.floatToIntBits(values[i])).toArray();
    }

    /** Every operation that fuses, some that do not, and every way to stretch an operand. */
    private static Graph random(long seed, int rows, int columns) {
        var random = new SplittableRandom(seed);
        var graph = new Graph(seed);
        var whole = Shape.of(rows, columns);
        var state = graph.state("state", TensorType.f32(whole), Initializer.normal(1));
        var full = new ArrayList<>(List.of(graph.input("x", TensorType.f32(whole)), graph.input("y", TensorType.f32(whole)), state));
        var stretched = List.of(graph.input("row", TensorType.f32(columns)), graph.input("column", TensorType.f32(rows, 1)),
                graph.input("one", TensorType.f32(1)), graph.constant(0.7f));
        for (int i = 0; i < 4 + seed % 20; i++) {
            var a = pick(full, random);
            var b = pick(full, random);
            var s = stretched.get(random.nextInt(stretched.size()));
            full.add(switch (random.nextInt(22)) {
                case 0 -> a.add(b);
                case 1 -> s.subtract(a);
                case 2 -> a.multiply(s);
                case 3 -> a.divide(b);
                case 4 -> a.divide(s);
                case 5 -> a.maximum(b);
                case 6 -> a.minimum(s);
                case 7 -> graph.apply(new Affine(1.7f, 0.3f), a); // rounded twice
                case 8 -> a.clamp(-0.5f, 1.5f);
                case 9 -> a.sqrt();
                case 10 -> a.rsqrt();
                case 11 -> a.square();
                case 12 -> a.abs();
                case 13 -> a.sign();
                case 14 -> a.relu();
                case 15 -> graph.apply(new Activation.Slope(Activation.Function.RELU), a, b);
                case 16 -> a.less(s).add(a.lessOrEqual(b));
                case 17 -> a.equal(s).subtract(b.notEqual(s));
                case 18 -> graph.apply(new Select(), a.greater(b), a, b);
                case 19 -> graph.apply(new Select.Mask(random.nextBoolean()), a.sign(), b);
                case 20 -> a.reshape(Shape.of(columns, rows)).add(0.1f).reshape(whole);
                default -> a.sum(1).unsqueeze(1).multiply(b); // a reduction in between
            });
        }
        graph.update(state, full.get(full.size() - 1 - random.nextInt(Math.min(3, full.size()))));
        graph.output("last", full.getLast());
        graph.output("other", full.get(random.nextInt(full.size() - 1)));
        return graph;
    }

    /** Recent tensors more often than old ones. */
    private static Tensor pick(List<Tensor> tensors, SplittableRandom random) {
        return tensors.get(tensors.size() - 1 - random.nextInt(random.nextInt(3) == 0 ? tensors.size() : Math.min(3, tensors.size())));
    }

    private static Tensor chain(Tensor x) {
        return x.multiply(2).add(x.square()).relu().maximum(x).divide(x.graph().constant(3f));
    }

    private static Graph graph(Function<Tensor, Tensor> function) {
        var graph = new Graph();
        graph.output("result", function.apply(graph.input("x", TensorType.f32(5, 7))));
        return graph;
    }

    private static int launches(Graph graph) {
        try (var engine = new CpuEngine(1); var program = engine.compile(graph, engine.variables())) {
            return program.launches();
        }
    }

    @Test
    void aChainIsOneLaunchAndOneArray() {
        try (var engine = new CpuEngine(1); var program = engine.compile(graph(FusionTest::chain), engine.variables())) {
            assertEquals(1, program.launches());
            assertEquals(2 * 4 * 35, program.memory(), "the input and the result");
        }
    }

    @Test
    void whatOthersReadIsComputedForThemOnce() {
        assertEquals(2, launches(graph(x -> x.tanh().add(1).multiply(x))), "tanh, then the others");
        assertEquals(3, launches(graph(x -> {
            var shared = x.square().add(1); // read by the reduction and by the product
            return shared.multiply(shared.sum(1).unsqueeze(1)).add(x);
        })));
        var graph = graph(x -> x.square().add(1).multiply(x));
        graph.output("middle", graph.nodes().get(1).outputs().getFirst());
        assertEquals(2, launches(graph), "an output has to be there");
    }

    @Test
    void equalFormulasShareAClass() {
        var kernels = new FusedKernels();
        var graph = new Graph();
        var x = graph.input("x", TensorType.f32(5, 7));
        var y = graph.input("y", TensorType.f32(3));
        graph.output("a", x.square().multiply(2));
        graph.output("b", y.square().multiply(5));
        graph.output("c", x.multiply(5).square());
        var methods = new Schedule(graph, Optional.of(kernels)).order().stream().map(FusionTest::kernelClass).toList();
        assertEquals(3, methods.size());
        assertSame(methods.get(0), methods.get(1), "the constant and the size are arguments");
        assertEquals(2, methods.stream().distinct().count());
        assertEquals(2, kernels.size());
    }

    private static Class<?> kernelClass(Node node) {
        return ((Fused) node.operation()).kernel().method().getDeclaringClass();
    }

    @Test
    void noClassOutlivesItsProgram() {
        var kernels = new FusedKernels();
        var classes = new ArrayList<java.lang.ref.WeakReference<Class<?>>>();
        for (int program = 0; program < 200; program++) {
            int bits = program; // another formula for each program
            var graph = graph(x -> {
                var sum = x.multiply(2);
                for (int bit = 0; bit < 8; bit++) {
                    sum = (bits >> bit & 1) == 0 ? sum.add(x) : sum.multiply(x);
                }
                return sum;
            });
            new Schedule(graph, Optional.of(kernels)).order().stream().map(FusionTest::kernelClass)
                    .forEach(type -> classes.add(new java.lang.ref.WeakReference<>(type)));
        }
        assertEquals(200, classes.size());
        for (int i = 0; i < 20 && classes.stream().anyMatch(type -> type.get() != null); i++) {
            System.gc();
        }
        assertTrue(classes.stream().allMatch(type -> type.get() == null), "classes are left");
        var held = new Schedule(graph(FusionTest::chain), Optional.of(kernels));
        for (int i = 0; i < 1000 && kernels.size() > 1; i++) { // the JVM tells of dead references a little later
            System.gc();
            held = new Schedule(graph(FusionTest::chain), Optional.of(kernels));
        }
        assertEquals(1, kernels.size(), () -> "formulas are known that nothing uses");
        assertEquals(1, held.order().size());
    }

    @Test
    void theKernelIsWrittenByTheConvention() throws Exception {
        var node = new Schedule(graph(FusionTest::chain), Optional.of(new FusedKernels())).order().getFirst();
        var type = kernelClass(node);
        try (var bytes = type.getClassLoader().getResourceAsStream(type.getName().replace('.', '/') + ".class")) {
            var model = java.lang.classfile.ClassFile.of().parse(bytes.readAllBytes());
            assertTrue(java.lang.classfile.ClassFile.of().verify(model).isEmpty());
            var text = model.toDebugString();
            assertTrue(text.contains("patchbay/kernels/Parallel"), text);
        }
    }
}
