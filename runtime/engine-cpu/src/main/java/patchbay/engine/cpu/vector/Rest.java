package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Vectors.LANES;

/**
 * The end of a range of elements that fills no vector is copied into a whole one and computed by the kernel itself: the same
 * bits as anywhere else in the range, and no masks, which make a kernel larger than what the compiler inlines.
 */
final class Rest {

    interface OneToOne {
        void run(int first, int count, float[] x, float[] out);
    }

    interface TwoToOne {
        void run(int first, int count, float[] x, float[] y, float[] out);
    }

    interface ThreeToTwo {
        void run(int first, int count, float[] x, float[] y, float[] z, float[] out, float[] other);
    }

    private static final ThreadLocal<float[][]> ARRAYS = ThreadLocal.withInitial(() -> new float[5][LANES]);

    private Rest() {}

    /** Runs {@code kernel} on the elements from {@code at} up to {@code end}, less than a vector. */
    static void of(OneToOne kernel, int at, int end, float[] x, float[] out) {
        if (at < end) {
            var rest = ARRAYS.get();
            System.arraycopy(x, at, rest[0], 0, end - at);
            kernel.run(0, LANES, rest[0], rest[1]);
            System.arraycopy(rest[1], 0, out, at, end - at);
        }
    }

    static void of(TwoToOne kernel, int at, int end, float[] x, float[] y, float[] out) {
        if (at < end) {
            var rest = ARRAYS.get();
            System.arraycopy(x, at, rest[0], 0, end - at);
            System.arraycopy(y, at, rest[1], 0, end - at);
            kernel.run(0, LANES, rest[0], rest[1], rest[2]);
            System.arraycopy(rest[2], 0, out, at, end - at);
        }
    }

    static void of(ThreeToTwo kernel, int at, int end, float[] x, float[] y, float[] z, float[] out, float[] other) {
        if (at < end) {
            var rest = ARRAYS.get();
            System.arraycopy(x, at, rest[0], 0, end - at);
            System.arraycopy(y, at, rest[1], 0, end - at);
            System.arraycopy(z, at, rest[2], 0, end - at);
            kernel.run(0, LANES, rest[0], rest[1], rest[2], rest[3], rest[4]);
            System.arraycopy(rest[3], 0, out, at, end - at);
            System.arraycopy(rest[4], 0, other, at, end - at);
        }
    }
}
