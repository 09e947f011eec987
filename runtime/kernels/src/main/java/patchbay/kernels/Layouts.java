package patchbay.kernels;

/** Kernels that move elements and compute nothing. */
public final class Layouts {

    private Layouts() {}

    /**
     * Copies a strided view: row r of {@code width} elements starts where the digits of r, in the mixed base (·, d1, d2, d3, d4),
     * times the strides s0 to s4 say, from {@code offset}; its elements lie {@code step} apart.
     */
    public static void strided(int first, int count, float[] x, float[] out, int width, int step, int offset,
            int d1, int d2, int d3, int d4, int s0, int s1, int s2, int s3, int s4) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int rest = row / d4;
            int from = offset + row % d4 * s4 + rest % d3 * s3;
            rest = rest / d3;
            from += rest % d2 * s2;
            rest = rest / d2;
            from += rest % d1 * s1 + rest / d1 * s0;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = x[from + j * step];
            }
        }
    }

    /** Copies row r, {@code width} elements, to {@code offset + r · stride}. */
    public static void place(int first, int count, float[] x, float[] out, int width, int stride, int offset) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            for (int j = 0; j < width; j++) {
                out[offset + row * stride + j] = x[row * width + j];
            }
        }
    }

    /** Row r, {@code width} elements, of the output is 0 but from {@code begin} to {@code end}, where row r of x stands. */
    public static void pad(int first, int count, float[] x, float[] out, int width, int begin, int end) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = j >= begin && j < end ? x[row * (end - begin) + j - begin] : 0;
            }
        }
    }

    /**
     * Copies a strided view: row r of {@code width} elements starts where the digits of r, in the mixed base (·, d1, d2, d3, d4),
     * times the strides s0 to s4 say, from {@code offset}; its elements lie {@code step} apart.
     */
    public static void stridedInts(int first, int count, int[] x, int[] out, int width, int step, int offset,
            int d1, int d2, int d3, int d4, int s0, int s1, int s2, int s3, int s4) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int rest = row / d4;
            int from = offset + row % d4 * s4 + rest % d3 * s3;
            rest = rest / d3;
            from += rest % d2 * s2;
            rest = rest / d2;
            from += rest % d1 * s1 + rest / d1 * s0;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = x[from + j * step];
            }
        }
    }

    /** Copies row r, {@code width} elements, to {@code offset + r · stride}. */
    public static void placeInts(int first, int count, int[] x, int[] out, int width, int stride, int offset) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            for (int j = 0; j < width; j++) {
                out[offset + row * stride + j] = x[row * width + j];
            }
        }
    }

    /** Row r, {@code width} elements, of the output is 0 but from {@code begin} to {@code end}, where row r of x stands. */
    public static void padInts(int first, int count, int[] x, int[] out, int width, int begin, int end) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = j >= begin && j < end ? x[row * (end - begin) + j - begin] : 0;
            }
        }
    }
}
