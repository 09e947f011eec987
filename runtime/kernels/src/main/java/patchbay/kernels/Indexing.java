package patchbay.kernels;

/** Kernels that read or write where an index says. An index below 0 or beyond the end reads zeros and writes nothing. */
public final class Indexing {

    private Indexing() {}

    /** Row i of the output, {@code width} elements, is row indices[i] of the {@code rows} of x. */
    public static void gather(int first, int count, float[] x, int[] indices, float[] out, int rows, int width) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int index = indices[row];
            if (index >= 0 && index < rows) {
                for (int j = 0; j < width; j++) {
                    out[row * width + j] = x[index * width + j];
                }
            } else {
                for (int j = 0; j < width; j++) {
                    out[row * width + j] = 0f;
                }
            }
        }
    }

    public static void gatherInts(int first, int count, int[] x, int[] indices, int[] out, int rows, int width) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int index = indices[row];
            if (index >= 0 && index < rows) {
                for (int j = 0; j < width; j++) {
                    out[row * width + j] = x[index * width + j];
                }
            } else {
                for (int j = 0; j < width; j++) {
                    out[row * width + j] = 0;
                }
            }
        }
    }

    /**
     * Row r of the output is the sum of those rows of x whose index was r. {@code order} and {@code offsets} are the indices'
     * grouping (see {@link Grouping}), which fixes the order of summation: by ascending position.
     */
    public static void sumGroups(int first, int count, float[] x, int[] order, int[] offsets, float[] out, int width) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = 0f;
            }
            for (int member = offsets[row]; member < offsets[row + 1]; member++) {
                int from = order[member] * width;
                for (int j = 0; j < width; j++) {
                    out[row * width + j] += x[from + j];
                }
            }
        }
    }

    /** x [outer, n, inner], indices and output [outer, k, inner]: element r is x at its own outer and inner and at indices[r]. */
    public static void takeAlong(int first, int count, float[] x, int[] indices, float[] out, int n, int k, int inner) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int index = indices[row];
            int outer = row / inner / k;
            out[row] = index >= 0 && index < n ? x[(outer * n + index) * inner + row % inner] : 0f;
        }
    }

    /**
     * x and indices [outer, k, inner], output [outer, n, inner]: adds each element of x to where its index says. A row is one
     * (outer, inner).
     */
    public static void putAlong(int first, int count, float[] x, int[] indices, float[] out, int n, int k, int inner) {
        for (@Parallel int i = 0; i < count; i++) {
            int outer = (first + i) / inner;
            int column = (first + i) % inner;
            for (int j = 0; j < n; j++) {
                out[(outer * n + j) * inner + column] = 0f;
            }
            for (int j = 0; j < k; j++) {
                int index = indices[(outer * k + j) * inner + column];
                if (index >= 0 && index < n) {
                    out[(outer * n + index) * inner + column] += x[(outer * k + j) * inner + column];
                }
            }
        }
    }

    /** Row i, {@code classes} elements: 1 at indices[i], else 0. */
    public static void oneHot(int first, int count, int[] indices, float[] out, int classes) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            for (int j = 0; j < classes; j++) {
                out[row * classes + j] = indices[row] == j ? 1f : 0f;
            }
        }
    }

    /**
     * cache [batch, slots, width], values [batch, length, width]: the output is the cache with values in its slots from
     * start[0] on. A row is one slot of one batch entry. The output may be the cache itself.
     */
    public static void writeRows(int first, int count, float[] cache, float[] values, int[] start, float[] out,
            int slots, int length, int width) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int at = row % slots - start[0];
            if (at >= 0 && at < length) {
                int from = (row / slots * length + at) * width;
                for (int j = 0; j < width; j++) {
                    out[row * width + j] = values[from + j];
                }
            } else {
                for (int j = 0; j < width; j++) {
                    out[row * width + j] = cache[row * width + j];
                }
            }
        }
    }

    /** {@link #writeRows} of bytes. */
    public static void writeByteRows(int first, int count, byte[] cache, byte[] values, int[] start, byte[] out,
            int slots, int length, int width) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int at = row % slots - start[0];
            if (at >= 0 && at < length) {
                int from = (row / slots * length + at) * width;
                for (int j = 0; j < width; j++) {
                    out[row * width + j] = values[from + j];
                }
            } else {
                for (int j = 0; j < width; j++) {
                    out[row * width + j] = cache[row * width + j];
                }
            }
        }
    }

    /** cache [batch, slots, width], output [batch, length, width]: the slots from start[0] on; zeros for those beyond the cache. */
    public static void readRows(int first, int count, float[] cache, int[] start, float[] out, int slots, int length, int width) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int slot = row % length + start[0];
            boolean inside = slot >= 0 && slot < slots;
            int from = (row / length * slots + slot) * width;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = inside ? cache[from + j] : 0f;
            }
        }
    }
}
