package patchbay.engine.tornado.forms;

import patchbay.kernels.Parallel;

/**
 * Kernels of rows, with a thread for each element instead of each row: neighbours read and write neighbouring memory, as
 * a GPU wants it, and few long rows give it work enough. They take the plain kernels' arguments; row r of a launch is element
 * {@code r % width} of row {@code r / width}, and every sum is taken in the plain kernel's order.
 */
public final class Elements {

    private Elements() {}

    /** {@link patchbay.kernels.Functions#toInt}; a device's own conversion yields anything beyond the range. */
    public static void toInt(int first, int count, float[] x, int[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            float number = v == v ? v : 0;
            int inside = (int) Math.max(-0x1p31f, Math.min(number, 0x1.fffffep30f));
            out[first + i] = number >= 0x1p31f ? Integer.MAX_VALUE : inside;
        }
    }

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

    /** {@link patchbay.kernels.Softmax#crossEntropyGradient}. */
    public static void crossEntropyGradient(int first, int count, float[] logits, int[] targets, float[] normalizer, float[] dloss, float[] out,
            int n) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            int row = at / n;
            int target = targets[row];
            float p = (float) Math.exp(logits[at] - normalizer[row]);
            float gradient = (p - (at % n == target ? 1 : 0)) * dloss[row];
            out[at] = target >= 0 ? gradient : 0;
        }
    }

    /** {@link patchbay.kernels.Normalization#rmsNormWeight}. */
    public static void rmsNormWeight(int first, int count, float[] x, float[] inverse, float[] dy, float[] partial, int rows, int n, int chunk) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            int begin = at / n * chunk;
            int end = Math.min(rows, begin + chunk);
            float sum = 0;
            for (int row = begin; row < end; row++) {
                int element = row * n + at % n;
                sum += dy[element] * (x[element] * inverse[row]);
            }
            partial[at] = sum;
        }
    }

    /** {@link patchbay.kernels.Normalization#layerNormWeight}. */
    public static void layerNormWeight(int first, int count, float[] x, float[] mean, float[] inverse, float[] dy, float[] weightPartial,
            float[] biasPartial, int rows, int n, int chunk) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            int begin = at / n * chunk;
            int end = Math.min(rows, begin + chunk);
            float sum = 0;
            float plain = 0;
            for (int row = begin; row < end; row++) {
                int element = row * n + at % n;
                sum += dy[element] * ((x[element] - mean[row]) * inverse[row]);
                plain += dy[element];
            }
            weightPartial[at] = sum;
            biasPartial[at] = plain;
        }
    }
}
