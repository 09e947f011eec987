package patchbay.kernels;

/** Order along the last axis, {@code n} elements a row. Equal elements keep the order of their positions. */
public final class Sorting {

    private Sorting() {}

    /**
     * The {@code k} greatest of each row, descending, and where they stand. Each pass takes the greatest element that comes after the
     * one before it in the order (value descending, position ascending). A NaN is never taken; where nothing else is left the
     * value is NaN and the index −1.
     */
    public static void topK(int first, int count, float[] x, float[] values, int[] indices, int n, int k) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            float last = Float.POSITIVE_INFINITY;
            int lastAt = -1;
            for (int pass = 0; pass < k; pass++) {
                float best = x[row * n] * 0f / 0f; // NaN, which as a constant not every device's compiler can say
                int bestAt = -1;
                for (int j = 0; j < n; j++) {
                    float v = x[row * n + j];
                    // in numbers: a compiler for devices loses the parentheses of conditions that mix "and" with "or"
                    int left = (v < last ? 1 : 0) + (v == last ? 1 : 0) * (j > lastAt ? 1 : 0);
                    int better = (bestAt < 0 ? 1 : 0) + (v > best ? 1 : 0);
                    if (left * better > 0) {
                        best = v;
                        bestAt = j;
                    }
                }
                values[row * k + pass] = best;
                indices[row * k + pass] = bestAt;
                last = best;
                lastAt = bestAt;
            }
        }
    }

    /**
     * The positions of each row's elements in ascending (or descending) order, a NaN after all numbers, by a bottom-up merge sort;
     * {@code scratch} is as large as {@code order}.
     */
    public static void argsort(int first, int count, float[] x, int[] order, int[] scratch, int n, int descending) {
        for (@Parallel int i = 0; i < count; i++) {
            int base = (first + i) * n;
            for (int j = 0; j < n; j++) {
                order[base + j] = j;
            }
            for (int run = 1; run < n; run = run * 2) {
                for (int low = 0; low < n; low += 2 * run) {
                    int middle = Math.min(low + run, n);
                    int high = Math.min(low + 2 * run, n);
                    int left = low;
                    int right = middle;
                    for (int at = low; at < high; at++) {
                        boolean takeRight = left >= middle;
                        if (left < middle && right < high) {
                            float a = x[base + order[base + left]];
                            float b = x[base + order[base + right]];
                            int before = descending != 0 ? (b > a ? 1 : 0) : (b < a ? 1 : 0);
                            takeRight = before + (b == b ? 1 : 0) * (a == a ? 0 : 1) > 0;
                        }
                        if (takeRight) {
                            scratch[base + at] = order[base + right];
                            right++;
                        } else {
                            scratch[base + at] = order[base + left];
                            left++;
                        }
                    }
                }
                for (int j = 0; j < n; j++) {
                    order[base + j] = scratch[base + j];
                }
            }
        }
    }
}
