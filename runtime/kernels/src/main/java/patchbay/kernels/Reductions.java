package patchbay.kernels;

/**
 * Reductions of x [outer, n, inner] over its middle axis. Sums run over chunks of a fixed length first, then over the chunks'
 * sums: so the error stays small at a million elements, and the order of addition depends on the shape alone.
 */
public final class Reductions {

    /** Columns that one row of {@link #sumColumns} sums side by side, so that memory is read along the rows. */
    public static final int TILE = 16;

    private Reductions() {}

    /** inner = 1: row r, one chunk of one outer, is {@code scale} times its sum. */
    public static void sumLast(int first, int count, float[] x, float[] out, int n, int chunk, int chunks, float scale) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int base = row / chunks * n;
            int at = base + row % chunks * chunk;
            int end = Math.min(at + chunk, base + n);
            float a = 0f;
            float b = 0f;
            float c = 0f;
            float d = 0f;
            while (at + 3 < end) {
                a += x[at];
                b += x[at + 1];
                c += x[at + 2];
                d += x[at + 3];
                at += 4;
            }
            while (at < end) {
                a += x[at];
                at++;
            }
            out[row] = ((a + b) + (c + d)) * scale;
        }
    }

    /** Row r is one {@link #TILE} of columns of one chunk of one outer; output [outer, chunks, inner]. */
    public static void sumColumns(int first, int count, float[] x, float[] out, int n, int inner, int chunk, int chunks, int tiles,
            float scale) {
        for (@Parallel int i = 0; i < count; i++) {
            int left = (first + i) % tiles * TILE;
            int right = Math.min(left + TILE, inner);
            int block = (first + i) / tiles; // outer · chunks + chunk
            int to = block * inner;
            int begin = block % chunks * chunk;
            int end = Math.min(begin + chunk, n);
            int outer = block / chunks;
            for (int j = left; j < right; j++) {
                out[to + j] = 0f;
            }
            for (int at = begin; at < end; at++) {
                int from = (outer * n + at) * inner;
                for (int j = left; j < right; j++) {
                    out[to + j] += x[from + j];
                }
            }
            for (int j = left; j < right; j++) {
                out[to + j] *= scale;
            }
        }
    }

    /** Row r, one (outer, inner): the greatest element and its first position; a NaN counts as the greatest. */
    public static void max(int first, int count, float[] x, float[] values, int[] indices, int n, int inner) {
        for (@Parallel int i = 0; i < count; i++) {
            int base = (first + i) / inner * n * inner + (first + i) % inner;
            float best = x[base];
            int at = 0;
            for (int j = 1; j < n; j++) {
                float v = x[base + j * inner];
                if (v > best || v != v && best == best) {
                    best = v;
                    at = j;
                }
            }
            values[first + i] = best;
            indices[first + i] = at;
        }
    }

    /** Row r, one (outer, inner): the least element and its first position; a NaN counts as the least. */
    public static void min(int first, int count, float[] x, float[] values, int[] indices, int n, int inner) {
        for (@Parallel int i = 0; i < count; i++) {
            int base = (first + i) / inner * n * inner + (first + i) % inner;
            float best = x[base];
            int at = 0;
            for (int j = 1; j < n; j++) {
                float v = x[base + j * inner];
                if (v < best || v != v && best == best) {
                    best = v;
                    at = j;
                }
            }
            values[first + i] = best;
            indices[first + i] = at;
        }
    }

    /**
     * Row r, one (outer, inner): running sums from the front, or from the back if {@code reverse} is 1; {@code exclusive} is 1 to leave
     * an element out of its own sum.
     */
    public static void cumulativeSum(int first, int count, float[] x, float[] out, int n, int inner, int exclusive, int reverse) {
        for (@Parallel int i = 0; i < count; i++) {
            int base = (first + i) / inner * n * inner + (first + i) % inner;
            float sum = 0f;
            for (int j = 0; j < n; j++) {
                int at = base + (reverse != 0 ? n - 1 - j : j) * inner;
                float v = x[at];
                out[at] = exclusive != 0 ? sum : sum + v;
                sum += v;
            }
        }
    }
}
