package patchbay.engine.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.kernels.HalfPrecision;
import patchbay.kernels.Parallel;
import patchbay.tensor.DType;
import patchbay.tensor.Engine;
import patchbay.tensor.Gradient;
import patchbay.tensor.Graph;
import patchbay.tensor.Kernel;
import patchbay.tensor.KernelError;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;
import patchbay.tensor.reference.ReferenceEngine;

/** Java that TornadoVM compiles wrong, were it not for what is done to a kernel before: on the device as on the JVM, or refused. */
@NeedsTornado
class AwkwardKernelsTest {

    public static final class Kernels {

        private Kernels() {}

        public static void nan(int first, int count, float[] x, float[] y) {
            for (@Parallel int i = 0; i < count; i++) {
                y[i] = x[i] > 0 ? x[i] : Float.NaN;
            }
        }

        public static void isNan(int first, int count, float[] x, float[] y) {
            for (@Parallel int i = 0; i < count; i++) {
                float v = x[i] > 2 ? Float.NaN : x[i];
                y[i] = v != v ? 7 : 1 / v;
            }
        }

        public static void negativeZero(int first, int count, float[] x, float[] y) {
            for (@Parallel int i = 0; i < count; i++) {
                float v = x[i] * 0;
                y[i] = x[i] > 5 || v == 0 && 1 / v < 0 ? 5 : 6;
            }
        }

        /** TornadoVM waits for the code of each method that it does not inline, on a thread that it has taken for the caller. */
        public static void deepCalls(int first, int count, float[] x, float[] y) {
            for (@Parallel int i = 0; i < count; i++) {
                y[i] = sixth(x[i]);
            }
        }

        private static float first(float v) {
            return v * 0.5f + 1;
        }

        private static float second(float v) {
            return first(v) + first(v + 1) + first(v - 2) + first(v * 2);
        }

        private static float third(float v) {
            return second(v) + second(v + 1) + second(v - 2) + second(v * 2);
        }

        private static float fourth(float v) {
            return third(v) + third(v + 1) + third(v - 2) + third(v * 2);
        }

        private static float fifth(float v) {
            return fourth(v) + fourth(v + 1) + fourth(v - 2) + fourth(v * 2);
        }

        private static float sixth(float v) {
            return fifth(v) + fifth(v + 1) + fifth(v - 2) + fifth(v * 2);
        }

        public static void negatedOr(int first, int count, float[] x, float[] y) {
            for (@Parallel int i = 0; i < count; i++) {
                float v = x[i];
                boolean between = v < 2 && (v > 1 || v < -1);
                float sum = 0;
                if (between) {
                    for (int k = 0; k < 3; k++) {
                        sum += v;
                    }
                }
                y[i] = sum;
            }
        }
    }

    private record Awkward(String kernel) implements Operation {
        @Override
        public String name() {
            return kernel;
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            return inputs;
        }

        @Override
        public List<Launch> launches(Node node) {
            return List.of(Launch.of(Kernel.of(Kernels.class, kernel), node.input(0).size()).input(0).output(0));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            gradient.stop();
        }
    }

    private static final float[] X = {0, 1, -1, 2.5f, -2.5f, 1.5f, 0.01f, -0.3f, 6, 1e-3f, -1.7f, 1e6f};

    private static TornadoEngine engine;

    @BeforeAll
    static void open() {
        engine = new TornadoEngine(name -> Optional.ofNullable(System.getProperty(name)));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static Graph graph(String kernel) {
        var graph = new Graph(1);
        graph.output("y", graph.apply(new Awkward(kernel), graph.input("x", TensorType.f32(X.length))));
        return graph;
    }

    @ParameterizedTest
    @ValueSource(strings = {"nan", "isNan", "negativeZero"})
    void theDeviceComputesWhatTheJvmDoes(String kernel) {
        try (var expected = new ReferenceEngine().compile(graph(kernel), new ReferenceEngine().variables());
                var program = engine.compile(graph(kernel), engine.variables())) {
            expected.write("x", X);
            program.write("x", X);
            expected.run();
            program.run();
            assertArrayEquals(expected.floats("y"), program.floats("y"));
        }
    }

    /** Of an OpenCL device; each launch would wait for the one before. */
    @Test
    void launchesFollowOneAnotherWithoutWaiting() throws Exception {
        var tornado = new Tornado(ClassLoader.getSystemClassLoader());
        var device = tornado.devices().getFirst();
        assertEquals(device.backend().equals("OPENCL"), tornado.graphs().hurry(device, tornado.plan()));
    }

    /** With TornadoVM's own number of threads its compiler would never come back. */
    @Test
    void methodsMayCallOneAnotherDeeply() {
        try (var expected = new ReferenceEngine().compile(graph("deepCalls"), new ReferenceEngine().variables());
                var program = engine.compile(graph("deepCalls"), engine.variables())) {
            expected.write("x", X);
            program.write("x", X);
            expected.run();
            program.run();
            assertTrue(OperationsTest.error(expected.floats("y"), program.floats("y")) < 1e-6);
        }
    }

    /** What TornadoVM makes of it would be wrong; a program that is there already goes on. */
    @Test
    void aNegatedOrIsRefusedAndNothingElseSuffers() throws Exception {
        try (var program = engine.compile(graph("nan"), engine.variables())) {
            program.write("x", X);
            program.run();
            var before = program.floats("y");
            var error = assertThrows(KernelError.class, () -> engine.compile(graph("negatedOr"), engine.variables()));
            assertTrue(error.getMessage().contains("condition of negatedOr, kernel Kernels.negatedOr"), error.getMessage());
            assertTrue(Files.readString(error.source().orElseThrow()).contains("Kernels_negatedOr"));
            program.run();
            assertArrayEquals(before, program.floats("y"));
        }
    }

    /** All 65,536 of both formats, infinities, NaN and what is denormal among them. */
    @ParameterizedTest
    @ValueSource(strings = {"F16", "BF16"})
    void halvesAreWidenedAndNarrowedBitForBit(String format) {
        var type = DType.valueOf(format);
        var values = new float[1 << 16];
        for (int i = 0; i < values.length; i++) {
            values[i] = HalfPrecision.widen((short) i, type == DType.F16 ? HalfPrecision.F16 : HalfPrecision.BF16);
        }
        assertArrayEquals(results(new ReferenceEngine(), type, values), results(engine, type, values));
    }

    /** Of the values themselves, and of values between them. */
    private static float[] results(Engine engine, DType type, float[] values) {
        var graph = new Graph(1);
        var between = graph.input("between", TensorType.f32(values.length));
        graph.output("wide", graph.input("halves", new TensorType(type, Shape.of(values.length))).toFloat());
        graph.output("narrow", type == DType.F16 ? between.toF16() : between.toBf16());
        try (var program = engine.compile(graph, engine.variables())) {
            program.write("halves", values);
            var others = values.clone();
            for (int i = 0; i < others.length; i++) {
                others[i] *= 1 + i % 17 * 0x1p-12f;
            }
            program.write("between", others);
            program.run();
            var both = new float[2 * values.length];
            System.arraycopy(program.floats("wide"), 0, both, 0, values.length);
            System.arraycopy(program.floats("narrow"), 0, both, values.length, values.length);
            assertEquals(type, program.type("narrow").dtype());
            return both;
        }
    }
}
