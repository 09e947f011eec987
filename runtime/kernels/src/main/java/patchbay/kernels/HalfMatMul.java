package patchbay.kernels;

/**
 * The products of {@link MatMul} with weights, the right operand, kept in 16 bits. Each weight is widened as it is read and
 * everything is computed in f32. {@code mantissa} tells the format: {@link HalfPrecision#F16} or {@link HalfPrecision#BF16}.
 */
public final class HalfMatMul {

    private HalfMatMul() {}

    /** {@link MatMul#matmul}. */
    public static void matmul(int first, int count, float[] a, short[] b, float[] out, int m, int n, int k,
            int aBatch, int aRow, int aColumn, int bBatch, int bRow, int bColumn, int mantissa) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int left = row / m * aBatch + row % m * aRow;
            int right = row / m * bBatch;
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[left + p * aColumn] * HalfPrecision.widen(b[right + p * bRow + j * bColumn], mantissa);
                }
                out[row * n + j] = sum;
            }
        }
    }

    /** {@link MatMul#columns}. */
    public static void columns(int first, int count, float[] a, short[] b, float[] out, int m, int n, int k,
            int aRow, int aColumn, int bRow, int bColumn, int mantissa) {
        for (@Parallel int i = 0; i < count; i++) {
            int j = first + i;
            for (int row = 0; row < m; row++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[row * aRow + p * aColumn] * HalfPrecision.widen(b[p * bRow + j * bColumn], mantissa);
                }
                out[row * n + j] = sum;
            }
        }
    }

    /** {@link MatMul#grouped}. */
    public static void grouped(int first, int count, float[] rows, short[] weights, int[] offsets, float[] out,
            int groups, int n, int k, int wRow, int wColumn, int mantissa) {
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
                        sum += rows[row * k + p] * HalfPrecision.widen(weights[group * k * n + p * wRow + j * wColumn], mantissa);
                    }
                }
                out[row * n + j] = sum;
            }
        }
    }

    /** {@link MatMul#groupedColumns}. */
    public static void groupedColumns(int first, int count, float[] rows, short[] weights, int[] offsets, float[] out,
            int m, int groups, int n, int k, int wRow, int wColumn, int mantissa) {
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
                        sum += rows[row * k + p] * HalfPrecision.widen(weights[group * k * n + p * wRow + j * wColumn], mantissa);
                    }
                }
                out[row * n + j] = sum;
            }
        }
    }
}
