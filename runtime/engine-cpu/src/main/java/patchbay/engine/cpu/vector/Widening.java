package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Vectors.LANES;

import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import patchbay.kernels.HalfPrecision;

/** From 16 bits to 32 on the way from memory to the first cache, where the products of f32 take over. */
final class Widening {

    /** As many shorts as a vector has floats; vectors of two floats have no such species. */
    static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, 16 * LANES)));
    /** Whether there are vectors of as many shorts. */
    static final boolean VECTORS = LANES == SHORTS.length();

    /** Holds plain arrays only: a thread must not keep a class of this bundle alive. */
    private static final ThreadLocal<float[][]> WORKSPACE = ThreadLocal.withInitial(() -> new float[1][0]);

    private Widening() {}

    /** This thread's array of at least {@code size} elements, with undefined content. */
    static float[] workspace(int size) {
        var held = WORKSPACE.get();
        if (held[0].length < size) {
            held[0] = new float[size];
        }
        return held[0];
    }

    /** {@code into[at + i]} from {@code x[from + i]}, n of them. */
    static void widen(short[] x, int from, float[] into, int at, int n, int mantissa) {
        if (mantissa == HalfPrecision.BF16) {
            bf16(x, from, into, at, n);
        } else {
            f16(x, from, into, at, n);
        }
    }

    private static void bf16(short[] x, int from, float[] into, int at, int n) {
        int i = 0;
        for (; VECTORS && i <= n - LANES; i += LANES) {
            Bf16.widened(x, from + i).intoArray(into, at + i);
        }
        for (; i < n; i++) {
            into[at + i] = Bf16.widened(x[from + i]);
        }
    }

    /** The compiler turns this into vectors of the processor's own conversion. */
    private static void f16(short[] x, int from, float[] into, int at, int n) {
        for (int i = 0; i < n; i++) {
            into[at + i] = Float.float16ToFloat(x[from + i]);
        }
    }
}
