package patchbay.engine.tornado.context;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.engine.tornado.TornadoEngine;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Program;
import patchbay.tensor.Shape;
import patchbay.tensor.reference.ReferenceEngine;

/** Kernels with local memory and barriers, chosen by the engine and run on the device, against the plain kernels on the JVM. */
@Tag("tornado")
class ContextKernelsTest {

    private static TornadoEngine engine;

    @BeforeAll
    static void open() {
        engine = new TornadoEngine(name -> Optional.ofNullable(name.equals("patchbay.tornado.wide") ? "64" : System.getProperty(name)));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @ParameterizedTest
    @CsvSource({"1, 5, 6, 3", "2, 13, 16, 207", "1, 207, 33, 15", "3, 17, 98, 64"})
    void products(int batch, int m, int n, int k) {
        var graph = new Graph(3);
        var a = graph.parameter("a", Shape.of(batch, m, k), Initializer.normal(1));
        var b = graph.parameter("b", Shape.of(batch, k, n), Initializer.normal(1));
        graph.output("plain", a.matmul(b));
        graph.output("transposed", b.transpose(1, 2).matmul(a.transpose(1, 2)));
        compare(graph, "MatMul_matmul", k);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 207, 4098, 100_001})
    void sumsOfRows(int n) {
        var graph = new Graph(3);
        graph.output("sums", graph.parameter("x", Shape.of(3, n), Initializer.normal(1)).sum(1));
        compare(graph, "Reductions_sumLast", n);
    }

    private static void compare(Graph graph, String kernel, int terms) {
        var reference = new ReferenceEngine();
        try (var expected = compiled(reference, graph); var actual = compiled(engine, graph)) {
            expected.run();
            actual.run();
            actual.run(); // again, in memory that is used
            var source = actual.plan().orElseThrow().launches().getFirst().compiled().orElseThrow().source();
            assertTrue(source.contains(kernel + "(") && source.contains("__local float") && source.contains("barrier("), source);
            graph.outputs().keySet().forEach(output ->
                    assertArrayEquals(expected.floats(output), actual.floats(output), 2e-6f * (float) Math.sqrt(terms) + 1e-6f, output));
            assertEquals(expected.launches(), actual.launches());
        }
    }

    private static Program compiled(Engine engine, Graph graph) {
        return engine.compile(graph, engine.variables());
    }
}
