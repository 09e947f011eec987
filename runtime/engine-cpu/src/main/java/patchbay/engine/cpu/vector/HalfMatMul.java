package patchbay.engine.cpu.vector;

import java.util.Arrays;
import patchbay.engine.cpu.Coarse;

/** Twins of {@link patchbay.kernels.HalfMatMul}, on {@link Gemm}, block by widened block, and where rows are few on {@link HalfSkinny}. */
public final class HalfMatMul {

    /** Most widened weights at a time: 1 MiB of the second cache. */
    private static final int BLOCK = 1 << 18;
    /** Columns of a block at the least, so that the rows are not read too often. */
    private static final int NARROWEST = 64;

    private HalfMatMul() {}

    @Coarse
    public static void matmul(int first, int count, float[] a, short[] b, float[] out, int m, int n, int k,
            int aBatch, int aRow, int aColumn, int bBatch, int bRow, int bColumn, int mantissa) {
        int end = first + count;
        for (int row = first; row < end; ) {
            int batch = row / m;
            // one product for all batches that lie in a row and meet the same matrix
            boolean joined = m > Skinny.ROWS && bBatch == 0 && aBatch == m * aRow;
            int rows = joined ? end - row : Math.min(end - row, m - row % m);
            multiply(m, a, batch * aBatch + row % m * aRow, aRow, aColumn, b, batch * bBatch, bRow, bColumn, out, row * n, n,
                    rows, n, k, mantissa);
            row += rows;
        }
    }

    /** @param few rows of the whole product, of which these may be a range: a row's bits must not depend on it */
    private static void multiply(int few, float[] a, int a0, int aRow, int aColumn, short[] b, int b0, int bRow, int bColumn,
            float[] c, int c0, int cRow, int m, int n, int k, int mantissa) {
        if (few <= Skinny.ROWS) {
            HalfSkinny.multiply(a, a0, aRow, aColumn, b, b0, bRow, bColumn, c, c0, cRow, m, n, k, mantissa);
        } else {
            blocks(a, a0, aRow, aColumn, b, b0, bRow, bColumn, c, c0, cRow, m, n, k, mantissa);
        }
    }

    /** As {@link Gemm#multiply}; B has contiguous rows or contiguous columns. */
    private static void blocks(float[] a, int a0, int aRow, int aColumn, short[] b, int b0, int bRow, int bColumn,
            float[] c, int c0, int cRow, int m, int n, int k, int mantissa) {
        int most = Math.max(NARROWEST, BLOCK / Math.max(1, k) / NARROWEST * NARROWEST);
        for (int j = 0; j < n; j += most) {
            int columns = Math.min(most, n - j);
            var block = Widening.workspace(k * columns);
            if (bColumn == 1) {
                for (int p = 0; p < k; p++) {
                    Widening.widen(b, b0 + p * bRow + j, block, p * columns, columns, mantissa);
                }
                Gemm.multiply(a, a0, aRow, aColumn, block, 0, columns, 1, c, c0 + j, cRow, m, columns, k);
            } else {
                for (int column = 0; column < columns; column++) {
                    Widening.widen(b, b0 + (j + column) * bColumn, block, column * k, k, mantissa);
                }
                Gemm.multiply(a, a0, aRow, aColumn, block, 0, 1, k, c, c0 + j, cRow, m, columns, k);
            }
        }
    }

    @Coarse
    public static void columns(int first, int count, float[] a, short[] b, float[] out, int m, int n, int k,
            int aRow, int aColumn, int bRow, int bColumn, int mantissa) {
        HalfSkinny.multiply(a, 0, aRow, aColumn, b, first * bColumn, bRow, bColumn, out, first, n, m, count, k, mantissa);
    }

    @Coarse
    public static void groupedColumns(int first, int count, float[] rows, short[] weights, int[] offsets, float[] out,
            int m, int groups, int n, int k, int wRow, int wColumn, int mantissa) {
        for (int group = 0; group < groups; group++) {
            int from = offsets[group];
            if (from < offsets[group + 1]) {
                HalfSkinny.multiply(rows, from * k, k, 1, weights, group * k * n + first * wColumn, wRow, wColumn,
                        out, from * n + first, n, offsets[group + 1] - from, count, k, mantissa);
            }
        }
        for (int row = offsets[groups]; row < m; row++) {
            Arrays.fill(out, row * n + first, row * n + first + count, 0);
        }
    }

    @Coarse
    public static void grouped(int first, int count, float[] rows, short[] weights, int[] offsets, float[] out,
            int groups, int n, int k, int wRow, int wColumn, int mantissa) {
        int end = first + count;
        for (int group = 0; group < groups; group++) {
            int from = Math.max(first, offsets[group]);
            int to = Math.min(end, offsets[group + 1]);
            if (from < to) {
                blocks(rows, from * k, k, 1, weights, group * k * n, wRow, wColumn, out, from * n, n, to - from, n, k, mantissa);
            }
        }
        int beyond = Math.max(first, offsets[groups]);
        if (beyond < end) {
            Arrays.fill(out, beyond * n, end * n, 0);
        }
    }
}
