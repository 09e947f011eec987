package patchbay.engine.tornado.forms;

import patchbay.kernels.Parallel;

/**
 * The k greatest of {@link patchbay.kernels.Sorting#topK} for a few long rows: a thread for each element counts those that come before
 * it, and so knows its place. n² comparisons a row in all, but nobody waits for another.
 */
public final class Sorting {

    private Sorting() {}

    /** Row r of a launch is element {@code r % n} of row {@code r / n}; {@code k} is at most {@code n}. */
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
}
