package patchbay.engine.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.engine.tornado.forms.MatMul;

/** Forms for devices, run on the JVM, give the plain kernels' bits. */
class FormsTest {

    private static float[] random(int size, int seed) {
        var random = new SplittableRandom(seed);
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    private static int tiles(int n) {
        return (n + MatMul.TILE - 1) / MatMul.TILE;
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "13, 8, 5", "7, 13, 16", "3, 207, 4", "20, 16, 0"})
    void tiles(int m, int n, int k) {
        var a = random(2 * m * k, 1);
        var b = random(2 * k * n, 2);
        var expected = new float[2 * m * n];
        var actual = random(2 * m * n, 3);
        patchbay.kernels.MatMul.matmul(0, 2 * m, a, b, expected, m, n, k, m * k, k, 1, k * n, n, 1);
        MatMul.matmul(0, 2 * m * tiles(n), a, b, actual, m, n, k, m * k, k, 1, k * n, n, 1, tiles(n));
        assertArrayEquals(expected, actual);
        patchbay.kernels.MatMul.matmul(0, 2 * m, a, b, expected, m, n, k, m * k, 1, m, k * n, 1, k);
        MatMul.matmul(0, 2 * m * tiles(n), a, b, actual, m, n, k, m * k, 1, m, k * n, 1, k, tiles(n));
        assertArrayEquals(expected, actual);
    }

    @ParameterizedTest
    @CsvSource({"8, 5", "13, 16", "207, 4"})
    void groups(int n, int k) {
        var offsets = new int[] {0, 3, 3, 9};
        var rows = random(11 * k, 1);
        var weights = random(3 * k * n, 2);
        var gradients = random(11 * n, 3);
        var expected = new float[11 * n];
        var actual = random(11 * n, 4);
        patchbay.kernels.MatMul.grouped(0, 11, rows, weights, offsets, expected, 3, n, k, n, 1);
        MatMul.grouped(0, 11 * tiles(n), rows, weights, offsets, actual, 3, n, k, n, 1, tiles(n));
        assertArrayEquals(expected, actual);
        var outer = new float[3 * k * n];
        var tiled = random(3 * k * n, 5);
        patchbay.kernels.MatMul.groupedOuter(0, 3 * k, rows, gradients, offsets, outer, k, n);
        MatMul.groupedOuter(0, 3 * k * tiles(n), rows, gradients, offsets, tiled, k, n, tiles(n));
        assertArrayEquals(outer, tiled);
    }
}
