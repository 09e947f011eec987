package patchbay.engine.cpu.vector;

import java.util.Arrays;

/**
 * {@link Skinny}'s products with a B of halves: a few of its rows or columns at a time are widened into the first cache and used
 * there, so that half of the bytes come from memory. An element of C has the same bits as with a B of the same numbers in f32.
 */
final class HalfSkinny {

    /** Columns at a time: with four widened rows, 20 KiB of the first cache. */
    private static final int STRIP = 1024;

    private HalfSkinny() {}

    /** As {@link Skinny#multiply}. */
    static void multiply(float[] a, int a0, int aRow, int aColumn, short[] b, int b0, int bRow, int bColumn,
            float[] c, int c0, int cRow, int m, int n, int k, int mantissa) {
        if (bColumn == 1) {
            for (int j = 0; j < n; j += STRIP) {
                strip(a, a0, aRow, aColumn, b, b0 + j, bRow, c, c0 + j, cRow, m, Math.min(STRIP, n - j), k, mantissa);
            }
        } else {
            var rows = Widening.workspace((m + 4) * k);
            int widened = m * k;
            for (int p = 0; p < k; p++) {
                for (int i = 0; i < m; i++) {
                    rows[i * k + p] = a[a0 + i * aRow + p * aColumn];
                }
            }
            for (int j = 0; j < n; j += 4) {
                int columns = Math.min(4, n - j);
                for (int column = 0; column < columns; column++) {
                    Widening.widen(b, b0 + (j + column) * bColumn, rows, widened + column * k, k, mantissa);
                }
                Skinny.multiply(rows, 0, k, 1, rows, widened, 1, k, c, c0 + j, cRow, m, columns, k);
            }
        }
    }

    private static void strip(float[] a, int a0, int aRow, int aColumn, short[] b, int b0, int bRow, float[] c, int c0, int cRow,
            int m, int n, int k, int mantissa) {
        for (int i = 0; i < m; i++) {
            Arrays.fill(c, c0 + i * cRow, c0 + i * cRow + n, 0);
        }
        var rows = Widening.workspace(4 * STRIP);
        for (int p = 0; p < k; p += 4) {
            int depth = Math.min(4, k - p);
            for (int row = 0; row < depth; row++) {
                Widening.widen(b, b0 + (p + row) * bRow, rows, row * n, n, mantissa);
            }
            Skinny.add(a, a0 + p * aColumn, aRow, aColumn, rows, 0, n, c, c0, cRow, m, n, depth);
        }
    }
}
