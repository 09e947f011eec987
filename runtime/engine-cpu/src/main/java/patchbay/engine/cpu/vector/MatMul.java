package patchbay.engine.cpu.vector;

import patchbay.engine.cpu.Coarse;

/** Twins of {@link patchbay.kernels.MatMul}, on {@link Gemm} and, where rows are few, on {@link Skinny}. */
public final class MatMul {

    private MatMul() {}

    @Coarse(by = PackedProduct.class)
    public static void matmul(int first, int count, float[] a, float[] b, float[] out, int m, int n, int k,
            int aBatch, int aRow, int aColumn, int bBatch, int bRow, int bColumn) {
        int end = first + count;
        boolean few = m <= Skinny.ROWS && (bRow == 1 || bColumn == 1); // by m alone: a row's bits must not depend on the range
        for (int row = first; row < end; ) {
            int batch = row / m;
            // one product for all batches that lie in a row and meet the same matrix
            int rows = !few && bBatch == 0 && aBatch == m * aRow ? end - row : Math.min(end - row, m - row % m);
            if (few) {
                Skinny.multiply(a, batch * aBatch + row % m * aRow, aRow, aColumn, b, batch * bBatch, bRow, bColumn,
                        out, row * n, n, rows, n, k);
            } else {
                Gemm.multiply(a, batch * aBatch + row % m * aRow, aRow, aColumn, b, batch * bBatch, bRow, bColumn,
                        out, row * n, n, rows, n, k);
            }
            row += rows;
        }
    }

    @Coarse(by = PackedColumns.class)
    public static void columns(int first, int count, float[] a, float[] b, float[] out, int m, int n, int k,
            int aRow, int aColumn, int bRow, int bColumn) {
        if (m <= Skinny.ROWS) {
            Skinny.multiply(a, 0, aRow, aColumn, b, first * bColumn, bRow, bColumn, out, first, n, m, count, k);
        } else {
            Gemm.multiply(a, 0, aRow, aColumn, b, first * bColumn, bRow, bColumn, out, first, n, m, count, k);
        }
    }

    @Coarse
    public static void groupedColumns(int first, int count, float[] rows, float[] weights, int[] offsets, float[] out,
            int m, int groups, int n, int k, int wRow, int wColumn) {
        for (int group = 0; group < groups; group++) {
            int from = offsets[group];
            if (from < offsets[group + 1]) {
                Skinny.multiply(rows, from * k, k, 1, weights, group * k * n + first * wColumn, wRow, wColumn,
                        out, from * n + first, n, offsets[group + 1] - from, count, k);
            }
        }
        for (int row = offsets[groups]; row < m; row++) {
            java.util.Arrays.fill(out, row * n + first, row * n + first + count, 0);
        }
    }

    @Coarse
    public static void grouped(int first, int count, float[] rows, float[] weights, int[] offsets, float[] out,
            int groups, int n, int k, int wRow, int wColumn) {
        int end = first + count;
        for (int group = 0; group < groups; group++) {
            int from = Math.max(first, offsets[group]);
            int to = Math.min(end, offsets[group + 1]);
            if (from < to) {
                Gemm.multiply(rows, from * k, k, 1, weights, group * k * n, wRow, wColumn, out, from * n, n, to - from, n, k);
            }
        }
        int beyond = Math.max(first, offsets[groups]);
        if (beyond < end) {
            java.util.Arrays.fill(out, beyond * n, end * n, 0);
        }
    }

    /** Not coarse: every group packs its own rows anyhow, and groups differ in size. */
    public static void groupedOuter(int first, int count, float[] rows, float[] gradients, int[] offsets, float[] out,
            int k, int n) {
        int end = first + count;
        for (int row = first; row < end; ) {
            int group = row / k;
            int columns = Math.min(end - row, k - row % k);
            int from = offsets[group];
            Gemm.multiply(rows, from * k + row % k, 1, k, gradients, from * n, n, 1, out, row * n, n,
                    columns, n, offsets[group + 1] - from);
            row += columns;
        }
    }
}
