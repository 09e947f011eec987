package patchbay.engine.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.tensor.DType;
import patchbay.tensor.Engine;
import patchbay.tensor.reference.ReferenceEngine;

/** Every operation and its gradients on the device, against the plain kernels on the JVM; the errors go to {@code target/operations.md}. */
@NeedsTornado
class OperationsTest {

    /** Other sizes: {@code -Dtornado.sizes=1,13,207,4098}. */
    private static final String SIZES = System.getProperty("tornado.sizes", "13");
    private static final double BOUND = 1e-5;

    private static TornadoEngine engine;
    /** With the forms for devices of many threads. */
    private static TornadoEngine wide;

    @BeforeAll
    static void open() {
        engine = new TornadoEngine(name -> Optional.ofNullable(System.getProperty(name)));
        wide = new TornadoEngine(name -> Optional.ofNullable(name.equals("patchbay.tornado.wide") ? "2" : System.getProperty(name)));
    }

    /** By operation and form, and then by size. */
    private static final Map<String, Map<Integer, Double>> ERRORS = new LinkedHashMap<>();

    @AfterAll
    static void close() throws IOException {
        var table = new StringBuilder("| operation | " + SIZES.replace(",", " | ") + " |\n|---" + "|---".repeat(SIZES.split(",").length) + "|\n");
        ERRORS.forEach((name, errors) -> table.append("| ").append(name).append(" | ").append(errors.values().stream()
                .map(error -> error == 0 ? "0" : String.format(Locale.ROOT, "%.0e", error)).collect(Collectors.joining(" | "))).append(" |\n"));
        Files.writeString(Path.of("target", "operations.md"), table);
        engine.close();
        wide.close();
    }

    static Iterable<String> names() {
        return Cases.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void theDeviceComputesWhatTheJvmDoes(String name) {
        compare(engine, name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gather", "scatter-add", "top-k", "dispatch and combine", "top-k indices", "argsort", "argsort of long rows", "sort", "max", "min",
        "max of long rows", "softmax of long rows", "log-softmax of long rows", "cross-entropy", "cross-entropy of long rows", "rms-norm",
        "rms-norm of long rows", "layer-norm", "layer-norm of long rows", "attention", "causal attention", "biased attention", "ranged attention", "ranged attention without a bias", "decoding", "to int"})
    void soDoItsFormsForManyThreads(String name) {
        compare(wide, name);
    }

    private static void compare(TornadoEngine engine, String name) {
        for (var size : SIZES.split(",")) {
            int n = Integer.parseInt(size);
            var errors = ERRORS.computeIfAbsent(name + (engine == wide ? ", many threads" : ""), _ -> new TreeMap<>());
            errors.put(n, 0.0); // of whole numbers
            var expected = results(new ReferenceEngine(), name, n);
            results(engine, name, n).forEach((output, actual) -> {
                var where = name + ", n = " + n + ", " + output;
                if (actual instanceof int[] ints) {
                    assertArrayEquals((int[]) expected.get(output), ints, where);
                } else {
                    double error = error((float[]) expected.get(output), (float[]) actual);
                    errors.merge(n, error, Math::max);
                    assertTrue(error <= BOUND, where + ": error " + error);
                }
            });
        }
    }

    /** The greatest difference, as a part of the greatest value. */
    static double error(float[] expected, float[] actual) {
        double scale = Float.MIN_NORMAL;
        double worst = 0;
        for (float value : expected) {
            scale = Float.isFinite(value) ? Math.max(scale, Math.abs(value)) : scale;
        }
        for (int i = 0; i < expected.length; i++) {
            if (Float.compare(expected[i], actual[i]) != 0 && expected[i] != actual[i]) {
                double difference = Math.abs((double) expected[i] - actual[i]) / scale;
                worst = difference <= worst ? worst : difference; // a NaN counts
            }
        }
        return worst;
    }

    /** Of a second run, so that what a first leaves behind is seen. */
    static Map<String, Object> results(Engine engine, String name, int n) {
        var graph = Cases.graph(name, n);
        var results = new LinkedHashMap<String, Object>();
        try (var program = engine.compile(graph, engine.variables())) {
            if (graph.inputs().containsKey("choices")) {
                var choices = new int[n];
                for (int i = 0; i < n; i++) {
                    choices[i] = (i * 7 + i / 3) % 4;
                }
                program.write("choices", choices);
            }
            if (graph.inputs().containsKey("step")) {
                program.write("step", new int[] {0});
            }
            program.run();
            program.run();
            graph.outputs().forEach((output, tensor) ->
                    results.put(output, tensor.dtype() == DType.I32 ? program.ints(output) : program.floats(output)));
        }
        return results;
    }
}
