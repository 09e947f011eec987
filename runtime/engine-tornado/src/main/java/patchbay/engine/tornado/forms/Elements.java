package patchbay.engine.tornado.forms;

import patchbay.kernels.Parallel;

/**
 * Kernels that move rows, with a thread for each element instead of each row: neighbours read and write neighbouring memory, as
 * a GPU wants it, and few long rows give it work enough. They take the plain kernels' arguments; row r of a launch is element
 * {@code r % width} of row {@code r / width}, and every sum is taken in the plain kernel's order.
 */
public final class Elements {

    private Elements() {}

    /** {@link patchbay.kernels.Indexing#gather}. */
    public static void gather(int first, int count, float[] x, int[] indices, float[] out, int rows, int width) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            int index = indices[at / width];
            float value = 0;
            if (index >= 0) {
                if (index < rows) {
                    value = x[index * width + at % width];
                }
            }
            out[at] = value;
        }
    }

    /** {@link patchbay.kernels.Indexing#sumGroups}, which is a scatter-add. */
    public static void sumGroups(int first, int count, float[] x, int[] order, int[] offsets, float[] out, int width) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            int row = at / width;
            int column = at % width;
            float sum = 0;
            int end = offsets[row + 1];
            for (int member = offsets[row]; member < end; member++) {
                sum += x[order[member] * width + column];
            }
            out[at] = sum;
        }
    }

    /** {@link patchbay.kernels.Dispatch#dispatch}. */
    public static void dispatch(int first, int count, float[] rows, float[] weights, int[] order, int[] offsets, float[] out,
            int groups, int k, int dim) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            int place = at / dim;
            float value = 0;
            if (place < offsets[groups]) {
                int entry = order[place];
                value = weights[entry] * rows[entry / k * dim + at % dim];
            }
            out[at] = value;
        }
    }

    /** {@link patchbay.kernels.Dispatch#combine}. */
    public static void combine(int first, int count, float[] sorted, float[] weights, int[] inverse, float[] out, int k, int dim) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            int row = at / dim;
            float sum = 0;
            for (int j = 0; j < k; j++) {
                int place = inverse[row * k + j];
                if (place >= 0) {
                    sum += weights[row * k + j] * sorted[place * dim + at % dim];
                }
            }
            out[at] = sum;
        }
    }
}
