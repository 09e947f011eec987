package patchbay.kernels;

/** Matrix products: one, a batch, or one weight matrix for each group of rows (the experts of a mixture). */
public final class MatMul {

    private MatMul() {}

    /**
     * Output row {@code r = first + i} is row {@code r % m} of batch {@code r / m}:
     * {@code out[r, j] = Σ_p a[r / m, r % m, p] · b[r / m, p, j]}. Strides express every transpose; a batch stride of 0
     * uses one matrix for all.
     *
     * @param m rows of an output matrix
     * @param n its columns
     * @param k length of the sum
     */
    public static void matmul(int first, int count, float[] a, float[] b, float[] out, int m, int n, int k,
            int aBatch, int aRow, int aColumn, int bBatch, int bRow, int bColumn) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int left = row / m * aBatch + row % m * aRow;
            int right = row / m * bBatch;
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[left + p * aColumn] * b[right + p * bRow + j * bColumn];
                }
                out[row * n + j] = sum;
            }
        }
    }

    /**
     * The product of a few rows, one column at a time, so that there is something to share out: with j = {@code first + i},
     * {@code out[r, j] = Σ_p a[r, p] · b[p, j]} for every row r of the m. Strides express every transpose.
     *
     * @param m rows of the output
     * @param n its columns
     * @param k length of the sum
     */
    public static void columns(int first, int count, float[] a, float[] b, float[] out, int m, int n, int k,
            int aRow, int aColumn, int bRow, int bColumn) {
        for (@Parallel int i = 0; i < count; i++) {
            int j = first + i;
            for (int row = 0; row < m; row++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[row * aRow + p * aColumn] * b[p * bRow + j * bColumn];
                }
                out[row * n + j] = sum;
            }
        }
    }

    /**
     * Rows sorted by group, each multiplied with its group's matrix: {@code out[r, j] = Σ_p rows[r, p] · weights[g, p, j]}
     * for the g with {@code offsets[g] ≤ r < offsets[g + 1]}. A row at or beyond {@code offsets[groups]} yields zeros.
     *
     * @param rows {@code [R, k]}
     * @param weights element {@code (g, p, j)} at {@code g·k·n + p·wRow + j·wColumn}
     * @param offsets {@code [groups + 1]}, not decreasing, from 0
     * @param out {@code [R, n]}
     */
    public static void grouped(int first, int count, float[] rows, float[] weights, int[] offsets, float[] out,
            int groups, int n, int k, int wRow, int wColumn) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int group = 0;
            while (group < groups && row >= offsets[group + 1]) {
                group++;
            }
            for (int j = 0; j < n; j++) {
                float sum = 0;
                if (group < groups) {
                    for (int p = 0; p < k; p++) {
                        sum += rows[row * k + p] * weights[group * k * n + p * wRow + j * wColumn];
                    }
                }
                out[row * n + j] = sum;
            }
        }
    }

    /**
     * What {@link #grouped} computes, of a few rows, one column {@code first + i} at a time.
     *
     * @param m rows, R
     */
    public static void groupedColumns(int first, int count, float[] rows, float[] weights, int[] offsets, float[] out,
            int m, int groups, int n, int k, int wRow, int wColumn) {
        for (@Parallel int i = 0; i < count; i++) {
            int j = first + i;
            int group = 0;
            for (int row = 0; row < m; row++) {
                while (group < groups && row >= offsets[group + 1]) {
                    group++;
                }
                float sum = 0;
                if (group < groups) {
                    for (int p = 0; p < k; p++) {
                        sum += rows[row * k + p] * weights[group * k * n + p * wRow + j * wColumn];
                    }
                }
                out[row * n + j] = sum;
            }
        }
    }

    /**
     * The gradient of {@link #grouped} by its weights, one row {@code g·k + p} of {@code out} at a time:
     * {@code out[g, p, j] = Σ rows[r, p] · gradients[r, j]} over the rows r of group g.
     *
     * @param rows {@code [R, k]}
     * @param gradients {@code [R, n]}
     * @param out {@code [groups, k, n]}
     */
    public static void groupedOuter(int first, int count, float[] rows, float[] gradients, int[] offsets, float[] out,
            int k, int n) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int group = row / k;
            int column = row % k;
            for (int j = 0; j < n; j++) {
                out[row * n + j] = 0;
            }
            for (int r = offsets[group]; r < offsets[group + 1]; r++) {
                float factor = rows[r * k + column];
                for (int j = 0; j < n; j++) {
                    out[row * n + j] += factor * gradients[r * n + j];
                }
            }
        }
    }
}
