package patchbay.tensor.reference;

import patchbay.tensor.DType;

/**
 * The conversions of {@link patchbay.kernels.HalfPrecision} for the host, which has the processor's own and no device's compiler to
 * please. To 16 bits is rounded to nearest, ties to even; NaN stays NaN.
 */
public final class HalfArrays {

    private HalfArrays() {}

    /** @param to {@link DType#F16} or {@link DType#BF16} */
    public static void narrow(DType to, float[] from, short[] into, int size) {
        for (int i = 0; i < size; i++) {
            into[i] = to == DType.F16 ? Float.floatToFloat16(from[i]) : bf16(from[i]);
        }
    }

    /** @param of {@link DType#F16} or {@link DType#BF16} */
    public static void widen(DType of, short[] from, float[] into, int size) {
        for (int i = 0; i < size; i++) {
            into[i] = of == DType.F16 ? Float.float16ToFloat(from[i]) : Float.intBitsToFloat(from[i] << 16);
        }
    }

    private static short bf16(float x) {
        int bits = Float.floatToRawIntBits(x);
        return (short) (x != x ? 0x7fc0 : bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }
}
