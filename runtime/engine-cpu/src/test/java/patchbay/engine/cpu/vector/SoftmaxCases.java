package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

final class SoftmaxCases {

    private static final int[][] SIZES = {{1, 1}, {13, 8}, {207, 13}, {13, 207}, {3, 4098}, {4098, 3}, {7, 64}};

    private SoftmaxCases() {}

    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (var size : SIZES) {
            add(cases, size[0], size[1]);
        }
        cases.add(new TwinCase("softmax", 6, 1e-6, extremes(), unset(6 * 21), 21));
        cases.add(new TwinCase("logSoftmax", 6, 1e-6, extremes(), unset(6 * 21), 21));
        return cases;
    }

    private static void add(List<TwinCase> cases, int rows, int n) {
        int size = rows * n;
        var x = floats(size, 1);
        var dy = floats(size, 2);
        var p = new float[size];
        patchbay.kernels.Softmax.softmax(0, rows, x, p, n);
        var logarithms = new float[size];
        patchbay.kernels.Softmax.logSoftmax(0, rows, x, logarithms, n);
        // some ignored, some beyond the classes
        int[] targets = IntStream.range(0, rows).map(row -> row % 5 == 4 ? -1 : row % 7 == 6 ? n : row * 31 % n).toArray();
        var normalizer = new float[rows];
        patchbay.kernels.Softmax.crossEntropy(0, rows, x, targets, new float[rows], normalizer, n);
        cases.add(new TwinCase("softmax", rows, 1e-6, x, unset(size), n));
        cases.add(new TwinCase("softmaxGradient", rows, 3e-6, p, dy, unset(size), n));
        cases.add(new TwinCase("logSoftmax", rows, 2e-6, x, unset(size), n));
        cases.add(new TwinCase("logSoftmaxGradient", rows, 3e-6, logarithms, dy, unset(size), n));
        cases.add(new TwinCase("crossEntropy", rows, 2e-6, x, targets, unset(rows), unset(rows), n));
        cases.add(new TwinCase("crossEntropyGradient", rows, 2e-6, x, targets, normalizer, floats(rows, 3), unset(size), n));
    }

    /** Rows of −∞, with a −∞, with very large and very small numbers, and with a NaN. */
    private static float[] extremes() {
        var x = floats(6 * 21, 1);
        Arrays.fill(x, 0, 30, Float.NEGATIVE_INFINITY);
        x[50] = 1e30f;
        x[70] = -1e30f;
        x[90] = Float.NaN;
        return x;
    }
}
