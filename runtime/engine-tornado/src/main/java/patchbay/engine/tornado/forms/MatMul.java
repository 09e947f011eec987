package patchbay.engine.tornado.forms;

import patchbay.kernels.Parallel;

/**
 * The products of {@link patchbay.kernels.MatMul} for devices of many threads: each computes a tile of {@link #TILE} neighbouring
 * columns of a row in registers, so that an element of the left operand is loaded once for all of them. Row r of a launch is
 * tile {@code r % tiles} of row {@code r / tiles}; every element is summed in the plain kernel's order.
 */
public final class MatMul {

    /** Columns of a tile. */
    public static final int TILE = 8;

    private MatMul() {}

    public static void matmul(int first, int count, float[] a, float[] b, float[] out, int m, int n, int k,
            int aBatch, int aRow, int aColumn, int bBatch, int bRow, int bColumn, int tiles) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / tiles;
            int j = (first + i) % tiles * TILE;
            int left = row / m * aBatch + row % m * aRow;
            int right = row / m * bBatch + j * bColumn;
            int to = row * n + j;
            if (j + TILE <= n) {
                float c0 = 0;
                float c1 = 0;
                float c2 = 0;
                float c3 = 0;
                float c4 = 0;
                float c5 = 0;
                float c6 = 0;
                float c7 = 0;
                for (int p = 0; p < k; p++) {
                    float x = a[left + p * aColumn];
                    int at = right + p * bRow;
                    c0 += x * b[at];
                    c1 += x * b[at + bColumn];
                    c2 += x * b[at + 2 * bColumn];
                    c3 += x * b[at + 3 * bColumn];
                    c4 += x * b[at + 4 * bColumn];
                    c5 += x * b[at + 5 * bColumn];
                    c6 += x * b[at + 6 * bColumn];
                    c7 += x * b[at + 7 * bColumn];
                }
                out[to] = c0;
                out[to + 1] = c1;
                out[to + 2] = c2;
                out[to + 3] = c3;
                out[to + 4] = c4;
                out[to + 5] = c5;
                out[to + 6] = c6;
                out[to + 7] = c7;
            } else {
                for (int c = 0; c < n - j; c++) {
                    float sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum += a[left + p * aColumn] * b[right + p * bRow + c * bColumn];
                    }
                    out[to + c] = sum;
                }
            }
        }
    }

    public static void grouped(int first, int count, float[] rows, float[] weights, int[] offsets, float[] out,
            int groups, int n, int k, int wRow, int wColumn, int tiles) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / tiles;
            int j = (first + i) % tiles * TILE;
            int to = row * n + j;
            int end = Math.min(TILE, n - j);
            int group = 0;
            for (int g = 1; g <= groups; g++) {
                group += row >= offsets[g] ? 1 : 0;
            }
            if (group < groups) {
                int left = row * k;
                int right = group * k * n + j * wColumn;
                if (end == TILE) {
                    float c0 = 0;
                    float c1 = 0;
                    float c2 = 0;
                    float c3 = 0;
                    float c4 = 0;
                    float c5 = 0;
                    float c6 = 0;
                    float c7 = 0;
                    for (int p = 0; p < k; p++) {
                        float x = rows[left + p];
                        int at = right + p * wRow;
                        c0 += x * weights[at];
                        c1 += x * weights[at + wColumn];
                        c2 += x * weights[at + 2 * wColumn];
                        c3 += x * weights[at + 3 * wColumn];
                        c4 += x * weights[at + 4 * wColumn];
                        c5 += x * weights[at + 5 * wColumn];
                        c6 += x * weights[at + 6 * wColumn];
                        c7 += x * weights[at + 7 * wColumn];
                    }
                    out[to] = c0;
                    out[to + 1] = c1;
                    out[to + 2] = c2;
                    out[to + 3] = c3;
                    out[to + 4] = c4;
                    out[to + 5] = c5;
                    out[to + 6] = c6;
                    out[to + 7] = c7;
                } else {
                    for (int c = 0; c < end; c++) {
                        float sum = 0;
                        for (int p = 0; p < k; p++) {
                            sum += rows[left + p] * weights[right + p * wRow + c * wColumn];
                        }
                        out[to + c] = sum;
                    }
                }
            } else {
                for (int c = 0; c < end; c++) {
                    out[to + c] = 0;
                }
            }
        }
    }

    public static void groupedOuter(int first, int count, float[] rows, float[] gradients, int[] offsets, float[] out,
            int k, int n, int tiles) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / tiles;
            int j = (first + i) % tiles * TILE;
            int group = row / k;
            int column = row % k;
            int to = row * n + j;
            int begin = offsets[group];
            int end = offsets[group + 1];
            if (j + TILE <= n) {
                float c0 = 0;
                float c1 = 0;
                float c2 = 0;
                float c3 = 0;
                float c4 = 0;
                float c5 = 0;
                float c6 = 0;
                float c7 = 0;
                for (int r = begin; r < end; r++) {
                    float x = rows[r * k + column];
                    int at = r * n + j;
                    c0 += x * gradients[at];
                    c1 += x * gradients[at + 1];
                    c2 += x * gradients[at + 2];
                    c3 += x * gradients[at + 3];
                    c4 += x * gradients[at + 4];
                    c5 += x * gradients[at + 5];
                    c6 += x * gradients[at + 6];
                    c7 += x * gradients[at + 7];
                }
                out[to] = c0;
                out[to + 1] = c1;
                out[to + 2] = c2;
                out[to + 3] = c3;
                out[to + 4] = c4;
                out[to + 5] = c5;
                out[to + 6] = c6;
                out[to + 7] = c7;
            } else {
                for (int c = 0; c < n - j; c++) {
                    float sum = 0;
                    for (int r = begin; r < end; r++) {
                        sum += rows[r * k + column] * gradients[r * n + j + c];
                    }
                    out[to + c] = sum;
                }
            }
        }
    }
}
