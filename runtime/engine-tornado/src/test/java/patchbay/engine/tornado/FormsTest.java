package patchbay.engine.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.engine.tornado.forms.Elements;
import patchbay.engine.tornado.forms.MatMul;
import patchbay.engine.tornado.forms.Sorting;
import patchbay.kernels.Dispatch;
import patchbay.kernels.Indexing;
import patchbay.kernels.Softmax;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;

/** Forms for devices, run on the JVM, give the plain kernels' bits. */
class FormsTest {

    private static final Forms WIDE = new Forms(Optional.of(new Shares(4)), Optional.empty());

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

    @ParameterizedTest
    @CsvSource({"1, 1", "13, 7", "207, 16"})
    void elements(int n, int width) {
        var x = random(n * width, 1);
        var indices = new int[n];
        for (int i = 0; i < n; i++) {
            indices[i] = i * 7 % (n + 2) - 1; // some before the first row, some beyond the last
        }
        var expected = new float[n * width];
        var actual = random(n * width, 2);
        Indexing.gather(0, n, x, indices, expected, n, width);
        Elements.gather(0, n * width, x, indices, actual, n, width);
        assertArrayEquals(expected, actual);
        var order = IntStream.range(0, n).map(i -> n - 1 - i).toArray();
        var offsets = new int[] {0, n / 3, n / 3, n};
        var sums = new float[3 * width];
        var others = random(3 * width, 3);
        Indexing.sumGroups(0, 3, x, order, offsets, sums, width);
        Elements.sumGroups(0, 3 * width, x, order, offsets, others, width);
        assertArrayEquals(sums, others);
        var weights = random(2 * n, 4);
        var entries = IntStream.range(0, 2 * n).map(i -> (2 * n - 1 - i)).toArray();
        var places = IntStream.range(0, 2 * n).map(i -> i % 5 == 4 ? -1 : 2 * n - 1 - i).toArray();
        var groups = new int[] {0, n, 2 * n - 1};
        var sorted = new float[2 * n * width];
        var also = random(2 * n * width, 5);
        Dispatch.dispatch(0, 2 * n, x, weights, entries, groups, sorted, 2, 2, width);
        Elements.dispatch(0, 2 * n * width, x, weights, entries, groups, also, 2, 2, width);
        assertArrayEquals(sorted, also);
        Dispatch.combine(0, n, sorted, weights, places, expected, 2, width);
        Elements.combine(0, n * width, sorted, weights, places, actual, 2, width);
        assertArrayEquals(expected, actual);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "13, 5", "207, 207"})
    void topOfLongRows(int n, int k) {
        var x = random(3 * n, 1);
        x[n / 2] = Float.NaN;
        x[n] = Float.NEGATIVE_INFINITY;
        x[2 * n - 1] = Float.POSITIVE_INFINITY;
        x[2 * n] = x[3 * n - 1]; // the earlier one comes first
        var values = new float[3 * k];
        var indices = new int[3 * k];
        var others = random(3 * k, 2);
        var places = new int[3 * k];
        patchbay.kernels.Sorting.topK(0, 3, x, values, indices, n, k);
        Sorting.topK(0, 3 * n, x, others, places, n, k);
        assertArrayEquals(values, others);
        assertArrayEquals(indices, places);
    }

    /** Where a device has threads to spare; never on a processor. */
    @Test
    void theFormIsChosenByDeviceAndSize() {
        var few = Launch.of(Kernel.of(patchbay.kernels.Sorting.class, "topK"), 4).input(0).output(0).output(1).value(1000).value(8);
        var many = Launch.of(Kernel.of(patchbay.kernels.Sorting.class, "topK"), 1 << 20).input(0).output(0).output(1).value(1000).value(8);
        assertEquals(4000, WIDE.of(few, 0).passes().getFirst().rows());
        assertEquals(4, new Forms(Optional.empty(), Optional.empty()).of(few, 0).passes().getFirst().rows());
        assertEquals(many.kernel().method(), WIDE.of(many, 0).passes().getFirst().kernel());
        var softmax = Kernel.of(Softmax.class, "softmax");
        assertEquals(List.of(4 * 156, 4 * 156), rows(Launch.of(softmax, 4).input(0).output(0).value(10_000)));
        assertEquals(List.of(1000 * 17, 1000 * 17), rows(Launch.of(softmax, 1000).input(0).output(0).value(10_000)), "enough to keep it busy");
        assertEquals(List.of(4), rows(Launch.of(softmax, 4).input(0).output(0).value(100)), "short");
        assertEquals(List.of(1 << 15), rows(Launch.of(softmax, 1 << 15).input(0).output(0).value(10_000)), "busy as it is");
        var argsort = Launch.of(Kernel.of(patchbay.kernels.Sorting.class, "argsort"), 1 << 15).input(0).output(0).scratch(0).value(100).value(0);
        assertEquals(List.of(1 << 15), rows(argsort), "busy as it is");
    }

    private static List<Integer> rows(Launch launch) {
        return new Forms(Optional.of(new Shares(64)), Optional.empty()).of(launch, 0).passes().stream().map(Form.Pass::rows).toList();
    }
}
