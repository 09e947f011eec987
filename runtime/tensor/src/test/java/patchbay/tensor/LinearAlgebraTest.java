package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearAlgebraTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, false, false", "13, 7, 5, false, false", "13, 7, 5, true, false", "13, 7, 5, false, true",
        "13, 7, 5, true, true", "1, 207, 13, false, true", "207, 1, 13, true, false"
    })
    void oneProduct(int m, int n, int k, boolean transposeA, boolean transposeB) {
        var a = Numeric.random(m * k, 1);
        var b = Numeric.random(k * n, 2);
        var shapeA = transposeA ? Shape.of(k, m) : Shape.of(m, k);
        var shapeB = transposeB ? Shape.of(n, k) : Shape.of(k, n);
        var out = Numeric.values(graph -> graph.constant(shapeA, a).matmul(graph.constant(shapeB, b), transposeA, transposeB));
        Numeric.assertClose(product(a, b, 0, 0, m, n, k, transposeA, transposeB), out, 1e-5 * k);
        Numeric.gradients((graph, in) -> in.get(0).matmul(in.get(1), transposeA, transposeB), shapeA, shapeB);
    }

    private static double[] product(float[] a, float[] b, int atA, int atB, int m, int n, int k, boolean transposeA,
            boolean transposeB) {
        var out = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                for (int p = 0; p < k; p++) {
                    out[i * n + j] += (double) a[atA + (transposeA ? p * m + i : i * k + p)]
                            * b[atB + (transposeB ? j * k + p : p * n + j)];
                }
            }
        }
        return out;
    }

    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "false, true", "true, true"})
    void aBatchOfMatricesAndOneThatIsShared(boolean transposeA, boolean transposeB) {
        int batch = 6;
        int m = 4;
        int n = 3;
        int k = 5;
        var matrixA = transposeA ? new int[] {k, m} : new int[] {m, k};
        var matrixB = transposeB ? new int[] {n, k} : new int[] {k, n};
        var a = Numeric.random(batch * m * k, 1);
        var b = Numeric.random(batch * k * n, 2);
        var each = Numeric.values(graph -> graph.constant(Shape.of(2, 3).append(matrixA), a)
                .matmul(graph.constant(Shape.of(2, 3).append(matrixB), b), transposeA, transposeB));
        var oneRight = Numeric.values(graph -> graph.constant(Shape.of(2, 3).append(matrixA), a)
                .matmul(graph.constant(Shape.of(matrixB), Arrays.copyOf(b, k * n)), transposeA, transposeB));
        var oneLeft = Numeric.values(graph -> graph.constant(Shape.of(1).append(matrixA), Arrays.copyOf(a, m * k))
                .matmul(graph.constant(Shape.of(2, 3).append(matrixB), b), transposeA, transposeB));
        for (int i = 0; i < batch; i++) {
            Numeric.assertClose(product(a, b, i * m * k, i * k * n, m, n, k, transposeA, transposeB), part(each, i, m * n), 1e-5);
            Numeric.assertClose(product(a, b, i * m * k, 0, m, n, k, transposeA, transposeB), part(oneRight, i, m * n), 1e-5);
            Numeric.assertClose(product(a, b, 0, i * k * n, m, n, k, transposeA, transposeB), part(oneLeft, i, m * n), 1e-5);
        }
        for (var shapes : new Shape[][] {
            {Shape.of(2, 3).append(matrixA), Shape.of(2, 3).append(matrixB)},
            {Shape.of(2, 3).append(matrixA), Shape.of(matrixB)},
            {Shape.of(matrixA), Shape.of(2, 3).append(matrixB)},
            {Shape.of(1).append(matrixA), Shape.of(2, 3).append(matrixB)},
            {Shape.of(2).append(matrixA), Shape.of(1).append(matrixB)},
            {Shape.of(matrixA), Shape.of(1).append(matrixB)},
            {Shape.of(2, 1).append(matrixA), Shape.of(3).append(matrixB)}
        }) {
            Numeric.gradients((graph, in) -> in.get(0).matmul(in.get(1), transposeA, transposeB), shapes);
        }
    }

    private static float[] part(float[] all, int index, int size) {
        return Arrays.copyOfRange(all, index * size, (index + 1) * size);
    }

    @Test
    void aBatchTimesOneMatrixIsOneLargeProduct() {
        var graph = new Graph();
        var product = graph.input("a", TensorType.f32(8, 16, 4)).matmul(graph.input("b", TensorType.f32(4, 5)));
        var node = ((Origin.Result) product.origin()).node();
        var launch = node.operation().launches(node).getFirst();
        assertEquals(new Launch.Argument.IntValue(8 * 16), launch.arguments().get(3));
        assertEquals(8 * 16, launch.rows());
    }

    @Test
    void secondDerivativesOfProducts() {
        Numeric.gradients((graph, in) -> {
            var y = in.get(0).matmul(in.get(1)).matmul(in.get(1), false, true);
            return Gradients.of(List.of(y), List.of(in.get(2)), List.of(in.get(1))).getFirst();
        }, Shape.of(4, 3), Shape.of(3, 5), Shape.of(4, 3));
    }

    @Test
    void outerProductsAreSummedOverAllRows() {
        var a = Numeric.random(6 * 3, 1);
        var b = Numeric.random(6 * 5, 2);
        var out = Numeric.values(graph -> graph.constant(Shape.of(2, 3, 3), a).outerSum(graph.constant(Shape.of(2, 3, 5), b)));
        Numeric.assertClose(product(a, b, 0, 0, 3, 5, 6, true, false), out, 1e-5);
        Numeric.gradients((graph, in) -> in.get(0).outerSum(in.get(1)), Shape.of(2, 3, 4), Shape.of(2, 3, 5));
        Numeric.gradients((graph, in) -> in.get(0).outerSum(in.get(1)), Shape.of(4), Shape.of(5));
    }

    @Test
    void oneGroupIsAMatrixProduct() {
        for (int rows : new int[] {1, 13, 207}) {
            var a = Numeric.random(rows * 7, 1);
            var b = Numeric.random(7 * 5, 2);
            var product = Numeric.values(graph -> graph.constant(Shape.of(rows, 7), a).matmul(graph.constant(Shape.of(7, 5), b)));
            var grouped = Numeric.values(graph -> graph.constant(Shape.of(rows, 7), a)
                    .groupedMatmul(graph.constant(Shape.of(1, 7, 5), b), graph.constant(Shape.of(2), 0, rows)));
            assertArrayEquals(product, grouped);
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void groupsSomeEmptyAndRowsBeyondTheLast(boolean transposed) {
        int[] offsets = {0, 0, 3, 3, 8, 11};
        int rows = 13;
        int k = 4;
        int n = 6;
        var weights = transposed ? Shape.of(5, n, k) : Shape.of(5, k, n);
        var a = Numeric.random(rows * k, 1);
        var w = Numeric.random(5 * k * n, 2);
        var out = Numeric.values(graph -> graph.constant(Shape.of(rows, k), a)
                .groupedMatmul(graph.constant(weights, w), graph.constant(Shape.of(6), offsets), transposed));
        for (int group = 0; group < 5; group++) {
            for (int row = offsets[group]; row < offsets[group + 1]; row++) {
                Numeric.assertClose(product(a, w, row * k, group * k * n, 1, n, k, false, transposed), part(out, row, n), 1e-5);
            }
        }
        assertArrayEquals(new float[2 * n], Arrays.copyOfRange(out, 11 * n, 13 * n));
        Numeric.gradients((graph, in) -> in.get(0).groupedMatmul(in.get(1), graph.constant(Shape.of(6), offsets), transposed),
                Shape.of(rows, k), weights);
        Numeric.gradients((graph, in) -> in.get(0).groupedOuter(in.get(1), graph.constant(Shape.of(6), offsets)),
                Shape.of(rows, k), Shape.of(rows, n));
    }

    @Test
    void whatDoesNotFitIsSaid() {
        var graph = new Graph();
        var a = graph.input("a", TensorType.f32(2, 3));
        var b = graph.input("b", TensorType.f32(4, 5));
        var inner = assertThrows(ShapeError.class, () -> a.matmul(b));
        assertTrue(inner.getMessage().contains("matmul of [f32[2, 3], f32[4, 5]]: the left operand has 3 columns but the right one 4 rows"),
                inner.getMessage());
        var offsets = graph.input("offsets", TensorType.i32(3));
        var weights = graph.input("w", TensorType.f32(4, 3, 5));
        var grouped = assertThrows(ShapeError.class, () -> a.groupedMatmul(weights, offsets));
        assertTrue(grouped.getMessage().contains("offsets must be i32[5], not i32[3]"), grouped.getMessage());
        var batches = assertThrows(ShapeError.class,
                () -> graph.input("c", TensorType.f32(2, 4, 3)).matmul(graph.input("d", TensorType.f32(3, 3, 4))));
        assertTrue(batches.getMessage().contains("[2] and [3]"), batches.getMessage());
    }
}
