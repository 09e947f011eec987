package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import patchbay.tensor.operations.Cast;
import patchbay.tensor.reference.ReferenceEngine;

/** Weights in 16 bits give, bit for bit, what the same numbers give in 32. */
class HalfWeightsTest {

    /** An operation on f32 operands and weights that may be halves. */
    private interface Use extends BiFunction<Tensor, Tensor, Tensor> {}

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 13, 207", "2, 33, 5", "4, 7, 64", "5, 31, 13", "13, 207, 1", "41, 17, 33"})
    void products(int m, int n, int k) {
        for (boolean transposed : new boolean[] {false, true}) {
            for (boolean left : new boolean[] {false, true}) {
                same(left ? Shape.of(k, m) : Shape.of(m, k), transposed ? Shape.of(n, k) : Shape.of(k, n),
                        (x, weights) -> x.matmul(weights, left, transposed));
            }
            same(Shape.of(3, m, k), transposed ? Shape.of(3, n, k) : Shape.of(3, k, n), (x, weights) -> x.matmul(weights, false, transposed));
            same(Shape.of(2, m, k), transposed ? Shape.of(n, k) : Shape.of(k, n), (x, weights) -> x.matmul(weights, false, transposed));
        }
    }

    @Test
    void leadingAxesThatBothStretch() {
        same(Shape.of(2, 1, 3, 5), Shape.of(3, 5, 7), Tensor::matmul);
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 1, 1", "4, 1, 1, 3", "60, 10, 37, 59", "60, 0, 0, 60"})
    void groups(int rows, int first, int second, int third) {
        for (boolean transposed : new boolean[] {false, true}) {
            same(Shape.of(rows, 13), transposed ? Shape.of(3, 33, 13) : Shape.of(3, 13, 33), (x, weights) ->
                    x.groupedMatmul(weights, x.graph().constant(Shape.of(4), 0, first, second, third), transposed));
        }
    }

    @Test
    void rowsAtIndices() {
        same(Shape.of(6, 13), Shape.of(207, 13), (x, weights) ->
                x.multiply(weights.gather(x.graph().constant(Shape.of(6), 206, -1, 0, 3, 3, 207))));
    }

    /** Values and both gradients of {@code use}, in either format, against the widened numbers as f32. */
    private static void same(Shape left, Shape weights, Use use) {
        for (var format : List.of(DType.F16, DType.BF16)) {
            var rounded = results(left, weights, use, master -> master.graph().apply(new Cast(format), master).toFloat());
            var halves = rounded(weights, format);
            var wide = results(left, weights, use, master -> master.graph().constant(weights, halves).add(master.subtract(master.stopGradient())));
            for (int i = 0; i < wide.size(); i++) {
                assertArrayEquals(wide.get(i), rounded.get(i), format + ", result " + i);
            }
        }
    }

    /** The product, its gradient by the left operand and by the master. */
    private static List<float[]> results(Shape left, Shape weights, Use use, UnaryOperator<Tensor> kept) {
        var graph = new Graph();
        var x = graph.parameter("x", left, (shape, seed) -> Evaluation.random(shape.size(), 1));
        var master = graph.parameter("w", weights, (shape, seed) -> Evaluation.random(shape.size(), 2));
        var y = use.apply(x, kept.apply(master));
        var gradients = Gradients.of(List.of(y), List.of(graph.constant(y.shape(), Evaluation.random(y.size(), 3))), List.of(x, master));
        return List.of(Evaluation.floats(y), Evaluation.floats(gradients.get(0)), Evaluation.floats(gradients.get(1)));
    }

    private static float[] rounded(Shape shape, DType format) {
        var graph = new Graph();
        return Evaluation.floats(graph.apply(new Cast(format), graph.constant(shape, Evaluation.random(shape.size(), 2))).toFloat());
    }

    @Test
    void whatIsWidenedOnlyForAProductIsNotWidened() {
        var graph = new Graph();
        var halves = graph.state("w", new TensorType(DType.BF16, Shape.of(13, 7)), Initializer.ones());
        var product = graph.input("x", TensorType.f32(Shape.of(2, 13))).matmul(halves.toFloat());
        var node = ((Origin.Result) product.origin()).node();
        assertEquals(DType.BF16, node.input(1).dtype());
        assertEquals(DType.F32, product.dtype());
    }

    @Test
    void theLeftOperandIsNumericallyRightThroughHalfWeights() {
        GradientCheck.of(Shape.of(5, 13)).check(in -> in.get(0).matmul(
                in.get(0).graph().constant(Shape.of(13, 7), Evaluation.random(91, 2)).toBf16()));
        GradientCheck.of(Shape.of(5, 13)).check(in -> in.get(0).groupedMatmul(
                in.get(0).graph().constant(Shape.of(2, 13, 7), Evaluation.random(182, 2)).toF16(), in.get(0).graph().constant(Shape.of(3), 0, 2, 4)));
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void variablesTakeAndGiveFloats(DType format) {
        var type = new TensorType(format, Shape.of(4));
        var engine = new ReferenceEngine();
        var variables = engine.variables();
        variables.put("w", type, new float[] {1, 1.001f, -3.14159f, 1e-3f});
        var read = new float[4];
        variables.read("w", read);
        assertArrayEquals(format == DType.F16 ? new float[] {1, 0x1.004p0f, -0x1.92p1f, 0x1.064p-10f} : new float[] {1, 1, -0x1.92p1f, 0x1.06p-10f}, read);
        var graph = new Graph();
        var w = graph.state("w", type, Initializer.zeros());
        graph.output("w", w);
        graph.output("first", graph.state("first", type, Initializer.constant(0.1f)).toFloat());
        graph.update(w, graph.apply(new Cast(format), w.toFloat().multiply(2)));
        try (var program = engine.compile(graph, variables)) {
            program.run();
            assertArrayEquals(read, program.floats("w"));
            assertEquals(0.1f, program.floats("first")[0], 0.1f / 256);
            variables.read("w", read);
            assertEquals(2, read[0]);
        }
        assertThrows(ShapeError.class, () -> variables.read("w", new int[4]));
        assertThrows(ShapeError.class, () -> variables.put("w", TensorType.f32(4), new float[4]));
    }

    @Test
    void aLeftOperandOfHalvesIsRefused() {
        var graph = new Graph();
        var halves = graph.state("w", new TensorType(DType.F16, Shape.of(3, 3)), Initializer.ones());
        var error = assertThrows(ShapeError.class, () -> halves.matmul(halves));
        assertTrue(error.getMessage().contains("the left operand must be f32, not f16[3, 3]"), error.getMessage());
        assertFalse(error.getMessage().contains("\n"));
    }
}
