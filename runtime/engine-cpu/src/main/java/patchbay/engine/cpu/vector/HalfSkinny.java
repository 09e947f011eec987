package patchbay.engine.cpu.vector;

import java.util.Arrays;
import patchbay.kernels.HalfPrecision;

/**
 * {@link Skinny}'s products with a B of halves, of which memory gives twice as many in the same time. For one row of A they are
 * widened in registers, in as few instructions as can be: each one more is a load less that is under way. For several rows, and for
 * columns of f16, a few rows or columns of B are widened into the first cache. An element of C has the same bits either way, and with a B of the same numbers in f32.
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
            columns(a, a0, aRow, aColumn, b, b0, bColumn, c, c0, cRow, m, n, k, mantissa);
        }
    }

    /** B has contiguous rows. */
    private static void strip(float[] a, int a0, int aRow, int aColumn, short[] b, int b0, int bRow, float[] c, int c0, int cRow,
            int m, int n, int k, int mantissa) {
        for (int i = 0; i < m; i++) {
            Arrays.fill(c, c0 + i * cRow, c0 + i * cRow + n, 0);
        }
        boolean bf16 = mantissa == HalfPrecision.BF16;
        boolean direct = m == 1 && (Widening.VECTORS || !bf16);
        var rows = Widening.workspace(4 * STRIP);
        int quarter = k / 4;
        int step = quarter * aColumn;
        for (int p = 0; p < quarter; p++) { // in the order of Skinny
            int at = a0 + p * aColumn;
            int row = b0 + p * bRow;
            if (direct && bf16) {
                Bf16.add4(a[at], a[at + step], a[at + 2 * step], a[at + 3 * step], b, row, quarter * bRow, c, c0, n);
            } else if (direct) {
                addF16(a[at], a[at + step], a[at + 2 * step], a[at + 3 * step], b, row, quarter * bRow, c, c0, n);
            } else {
                for (int i = 0; i < 4; i++) {
                    Widening.widen(b, row + i * quarter * bRow, rows, i * n, n, mantissa);
                }
                Skinny.add(a, at, aRow, step, rows, 0, n, c, c0, cRow, m, n, 4);
            }
        }
        int rest = k - 4 * quarter;
        for (int i = 0; i < rest; i++) {
            Widening.widen(b, b0 + (4 * quarter + i) * bRow, rows, i * n, n, mantissa);
        }
        Skinny.add(a, a0 + 4 * quarter * aColumn, aRow, aColumn, rows, 0, n, c, c0, cRow, m, n, rest);
    }

    /**
     * {@link Bf16#add4} of f16. The Vector API has no such conversion; of this loop the compiler makes vectors of the processor's own.
     * (Bits shifted into an f32's place and multiplied by 2^112 are as fast as bf16, until some are subnormal: then slower than f32.)
     */
    private static void addF16(float x0, float x1, float x2, float x3, short[] b, int b0, int bRow, float[] c, int c0, int n) {
        int b1 = b0 + bRow;
        int b2 = b1 + bRow;
        int b3 = b2 + bRow;
        for (int j = 0; j < n; j++) {
            float sum = Math.fma(x0, Float.float16ToFloat(b[b0 + j]), c[c0 + j]);
            sum = Math.fma(x1, Float.float16ToFloat(b[b1 + j]), sum);
            sum = Math.fma(x2, Float.float16ToFloat(b[b2 + j]), sum);
            c[c0 + j] = Math.fma(x3, Float.float16ToFloat(b[b3 + j]), sum);
        }
    }

    /** B has contiguous columns. */
    private static void columns(float[] a, int a0, int aRow, int aColumn, short[] b, int b0, int bColumn, float[] c, int c0, int cRow,
            int m, int n, int k, int mantissa) {
        int j = 0;
        for (; j + 3 < n && m == 1 && aColumn == 1 && Widening.VECTORS && mantissa == HalfPrecision.BF16; j += 4) {
            Bf16.dots4(a, a0, b, b0 + j * bColumn, bColumn, c, c0 + j, k);
        }
        if (j == n) {
            return;
        }
        var rows = Widening.workspace((m + 4) * k);
        int widened = m * k;
        for (int p = 0; p < k; p++) {
            for (int i = 0; i < m; i++) {
                rows[i * k + p] = a[a0 + i * aRow + p * aColumn];
            }
        }
        for (; j < n; j += 4) {
            int columns = Math.min(4, n - j);
            for (int column = 0; column < columns; column++) {
                Widening.widen(b, b0 + (j + column) * bColumn, rows, widened + column * k, k, mantissa);
            }
            Skinny.multiply(rows, 0, k, 1, rows, widened, 1, k, c, c0 + j, cRow, m, columns, k);
        }
    }
}
