package patchbay.kernels;

/**
 * Between f32 and the two 16-bit formats, f16 (IEEE 754: 5 bits of exponent, 10 of mantissa) and bf16 (8 and 7), by arithmetic
 * that is exact in f32: not every device's compiler knows {@code Float.intBitsToFloat}, and one gets {@code float16ToFloat}
 * silently wrong. To 16 bits is rounded to nearest, ties to even; what is too great becomes infinity; NaN stays NaN.
 */
public final class HalfPrecision {

    /** Bits of the mantissa, which tell a format to kernels that take both. */
    public static final int F16 = 10;
    public static final int BF16 = 7;

    private HalfPrecision() {}

    public static void toF16(int first, int count, float[] x, short[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = (short) narrow(x[first + i], F16, 0x1.ffep15f);
        }
    }

    public static void toBf16(int first, int count, float[] x, short[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = (short) narrow(x[first + i], BF16, 0x1.ffp127f);
        }
    }

    public static void fromF16(int first, int count, short[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = widen(x[first + i], F16);
        }
    }

    public static void fromBf16(int first, int count, short[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = widen(x[first + i], BF16);
        }
    }

    /** {@link Indexing#gather} of halves, widened. */
    public static void gather(int first, int count, short[] x, int[] indices, float[] out, int rows, int width, int mantissa) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int index = indices[row];
            if (index >= 0 && index < rows) {
                for (int j = 0; j < width; j++) {
                    out[row * width + j] = widen(x[index * width + j], mantissa);
                }
            } else {
                for (int j = 0; j < width; j++) {
                    out[row * width + j] = 0f;
                }
            }
        }
    }

    /**
     * The 16 bits of {@code x}.
     *
     * @param mantissa {@link #F16} or {@link #BF16}
     * @param limit the smallest number that rounds to infinity
     */
    private static int narrow(float x, int mantissa, float limit) {
        int least = least(mantissa);
        int sign = x < 0 || x == 0 && 1 / x < 0 ? 1 << 15 : 0;
        int infinity = 2 * (1 - least) + 1 << mantissa; // all ones in the exponent
        float size = x < 0 ? -x : x;
        if (size != size) {
            return infinity + (1 << mantissa - 1);
        }
        if (size >= limit) {
            return sign + infinity;
        }
        // size = s · 2^e with s in [1, 2), or less where e cannot go lower
        int e = 0;
        float s = size;
        for (int step = 64; step > 0; step /= 2) {
            if (s >= power(step)) {
                s *= power(-step);
                e += step;
            }
        }
        for (int step = 64; step > 0; step /= 2) {
            if (s < power(1 - step) && e - step >= least) {
                s *= power(step);
                e -= step;
            }
        }
        s *= power(mantissa);
        int whole = (int) s;
        float rest = s - whole;
        if (rest > 0.5f || rest == 0.5f && whole % 2 == 1) {
            whole++; // may carry into the exponent, as it should
        }
        return sign + (e - least << mantissa) + whole;
    }

    /**
     * The number with these 16 bits.
     *
     * @param mantissa {@link #F16} or {@link #BF16}
     */
    public static float widen(int bits, int mantissa) {
        int least = least(mantissa);
        int exponent = (bits & 0x7fff) >> mantissa;
        int fraction = bits & (1 << mantissa) - 1;
        int shift = exponent + least + 13; // 0 for 2^−14
        float size;
        if (shift >= 0 && shift < 20) { // weights are rarely anything else: a shift and a product
            size = (float) ((1 << mantissa) + fraction << shift) * (mantissa == F16 ? 0x1p-24f : 0x1p-21f);
        } else if (exponent == 2 * (1 - least) + 1) {
            size = 1 / (fraction == 0 ? 0f : fraction * 0f / 0f); // infinity or NaN, which as constants not every compiler can say
        } else if (exponent == 0) {
            size = fraction * power(-mantissa) * power(least);
        } else {
            size = (fraction * power(-mantissa) + 1) * power(exponent - 1 + least);
        }
        return (bits & 0x8000) == 0 ? size : -size;
    }

    /** Exponent of the smallest normal number. */
    private static int least(int mantissa) {
        return 2 - (1 << 14 - mantissa);
    }

    /** {@code 2^n} for n from −127 to 127, by squares. */
    private static float power(int n) {
        float power = 1;
        float square = n < 0 ? 0.5f : 2;
        for (int left = n < 0 ? -n : n; left > 0; left /= 2) {
            if (left % 2 == 1) {
                power *= square;
            }
            square *= square;
        }
        return power;
    }
}
