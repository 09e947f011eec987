package patchbay.engine.tornado.forms;

import patchbay.kernels.Parallel;

/**
 * The greatest and the least element, {@link patchbay.kernels.Reductions#max} and {@code min}, for a few long rows, in two passes with
 * {@code shares} threads a row: share s of a row are its elements s, {@code s + shares} … With {@code sign} −1 the least is found.
 */
public final class Reductions {

    private Reductions() {}

    /** Row r of a launch is share {@code r % shares} of row {@code r / shares}: its greatest, and where that stands in the row. */
    public static void extremeOfShares(int first, int count, float[] x, float[] values, int[] indices, int n, int inner, int shares, float sign) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / shares;
            int base = row / inner * n * inner + row % inner;
            int at = (first + i) % shares;
            float best = sign * x[base + at * inner];
            for (int j = at + shares; j < n; j += shares) {
                float v = sign * x[base + j * inner];
                int better = (v > best ? 1 : 0) + (v == v ? 0 : 1) * (best == best ? 1 : 0);
                if (better > 0) {
                    best = v;
                    at = j;
                }
            }
            values[first + i] = best;
            indices[first + i] = at;
        }
    }

    /** Row r of a launch is row r: the greatest of its shares, of equals the one that stands before the others. */
    public static void extreme(int first, int count, float[] ofShares, int[] indicesOfShares, float[] values, int[] indices, int shares, float sign) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            float best = ofShares[row * shares];
            int at = indicesOfShares[row * shares];
            for (int s = 1; s < shares; s++) {
                float v = ofShares[row * shares + s];
                int there = indicesOfShares[row * shares + s];
                int number = v == v ? 1 : 0;
                int bestNumber = best == best ? 1 : 0;
                int same = (v == best ? 1 : 0) + (1 - number) * (1 - bestNumber);
                int better = (v > best ? 1 : 0) + (1 - number) * bestNumber + same * (there < at ? 1 : 0);
                if (better > 0) {
                    best = v;
                    at = there;
                }
            }
            values[row] = sign * best;
            indices[row] = at;
        }
    }
}
