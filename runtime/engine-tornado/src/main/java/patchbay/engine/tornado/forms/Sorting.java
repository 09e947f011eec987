package patchbay.engine.tornado.forms;

import patchbay.kernels.Parallel;

/**
 * {@link patchbay.kernels.Sorting} for a few long rows: a thread for each element counts those that come before it, and so knows its place
 * while nobody waits for another. Row r of a launch is element {@code r % n} of row {@code r / n}.
 */
public final class Sorting {

    /** Elements of a block that {@link #sortBlocks} sorts. */
    public static final int BLOCK = 64;

    private Sorting() {}

    /** {@code k} is at most {@code n}. n² comparisons a row in all. */
    public static void topK(int first, int count, float[] x, float[] values, int[] indices, int n, int k) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / n;
            int at = (first + i) % n;
            float mine = x[row * n + at];
            int before = 0;
            int numbers = 0;
            for (int j = 0; j < n; j++) {
                float v = x[row * n + j];
                int earlier = j < at ? 1 : 0;
                before += (v > mine ? 1 : 0) + (v == mine ? 1 : 0) * earlier;
                numbers += v == v ? 1 : 0;
            }
            int place = mine == mine ? before : k; // a NaN has none; conditions are numbers, which TornadoVM keeps apart
            if (place < k) {
                values[row * k + place] = mine;
                indices[row * k + place] = at;
            }
            int empty = (at >= numbers ? 1 : 0) * (at < k ? 1 : 0); // a place that no number takes
            if (empty > 0) {
                values[row * k + at] = mine * 0f / 0f;
                indices[row * k + at] = -1;
            }
        }
    }

    /** {@link patchbay.kernels.Sorting#argsort}'s first pass: each {@link #BLOCK} of a row in its order. */
    public static void sortBlocks(int first, int count, float[] x, int[] order, int n, int descending) {
        for (@Parallel int i = 0; i < count; i++) {
            int base = (first + i) / n * n;
            int at = (first + i) % n;
            float sign = descending != 0 ? -1 : 1;
            float mine = sign * x[base + at];
            int begin = at / BLOCK * BLOCK;
            int end = Math.min(begin + BLOCK, n);
            int place = begin;
            for (int j = begin; j < end; j++) {
                float other = sign * x[base + j];
                int same = 1 - comesBefore(mine, other) - comesBefore(other, mine);
                place += comesBefore(other, mine) + same * (j < at ? 1 : 0);
            }
            order[base + place] = at;
        }
    }

    /** Its further passes: each two neighbouring runs of {@code run} elements become one. An element's place in the other one is found by halving. */
    public static void mergeRuns(int first, int count, float[] x, int[] from, int[] to, int n, int descending, int run) {
        for (@Parallel int i = 0; i < count; i++) {
            int base = (first + i) / n * n;
            int at = (first + i) % n;
            float sign = descending != 0 ? -1 : 1;
            int index = from[base + at];
            float mine = sign * x[base + index];
            int both = at / (2 * run) * (2 * run);
            int right = (at - both) / run; // 0 in the left run
            int low = Math.min(both + (1 - right) * run, n); // of the other run
            int begin = low;
            int high = Math.min(low + run, n);
            while (low < high) {
                int middle = (low + high) / 2;
                float other = sign * x[base + from[base + middle]];
                // of equals those of the left run come first
                int passed = right > 0 ? 1 - comesBefore(mine, other) : comesBefore(other, mine);
                low = passed > 0 ? middle + 1 : low;
                high = passed > 0 ? high : middle;
            }
            to[base + at - right * run + low - begin] = index;
        }
    }

    /** 1 or 0; a NaN comes after all numbers. */
    private static int comesBefore(float a, float b) {
        return (a < b ? 1 : 0) + (a == a ? 1 : 0) * (b == b ? 0 : 1);
    }
}
