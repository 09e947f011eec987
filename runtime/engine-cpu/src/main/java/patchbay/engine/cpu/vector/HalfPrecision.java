package patchbay.engine.cpu.vector;

import java.util.Arrays;

/** Twins of {@link patchbay.kernels.HalfPrecision}: what the processor converts by itself, in loops that the compiler turns into vectors. */
public final class HalfPrecision {

    private HalfPrecision() {}

    public static void toF16(int first, int count, float[] x, short[] out) {
        for (int i = first; i < first + count; i++) {
            out[i] = Float.floatToFloat16(x[i]);
        }
    }

    public static void toBf16(int first, int count, float[] x, short[] out) {
        for (int i = first; i < first + count; i++) {
            int bits = Float.floatToRawIntBits(x[i]);
            int rounded = bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
            out[i] = (short) ((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : rounded);
        }
    }

    public static void fromF16(int first, int count, short[] x, float[] out) {
        Widening.widen(x, first, out, first, count, patchbay.kernels.HalfPrecision.F16);
    }

    public static void fromBf16(int first, int count, short[] x, float[] out) {
        Widening.widen(x, first, out, first, count, patchbay.kernels.HalfPrecision.BF16);
    }

    public static void gather(int first, int count, short[] x, int[] indices, float[] out, int rows, int width, int mantissa) {
        for (int row = first; row < first + count; row++) {
            int index = indices[row];
            if (index >= 0 && index < rows) {
                Widening.widen(x, index * width, out, row * width, width, mantissa);
            } else {
                Arrays.fill(out, row * width, (row + 1) * width, 0);
            }
        }
    }
}
