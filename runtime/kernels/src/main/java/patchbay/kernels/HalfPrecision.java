package patchbay.kernels;

/**
 * Between f32 and the two 16-bit formats, f16 (IEEE 754: 5 bits of exponent, 10 of mantissa) and bf16 (8 and 7), by arithmetic
 * that is exact in f32: not every device's compiler knows {@code Float.intBitsToFloat}, and one gets {@code float16ToFloat}
 * silently wrong. To 16 bits is rounded to nearest, ties to even; what is too great becomes infinity; NaN stays NaN.
 */
public final class HalfPrecision {

    private static final int F16_MANTISSA = 10;
    private static final int F16_LEAST = -14;
    private static final int BF16_MANTISSA = 7;
    private static final int BF16_LEAST = -126;

    private HalfPrecision() {}

    public static void toF16(int first, int count, float[] x, short[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = (short) narrow(x[first + i], F16_MANTISSA, F16_LEAST, 0x1.ffep15f);
        }
    }

    public static void toBf16(int first, int count, float[] x, short[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = (short) narrow(x[first + i], BF16_MANTISSA, BF16_LEAST, 0x1.ffp127f);
        }
    }

    public static void fromF16(int first, int count, short[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = widen(x[first + i], F16_MANTISSA, F16_LEAST);
        }
    }

    public static void fromBf16(int first, int count, short[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = widen(x[first + i], BF16_MANTISSA, BF16_LEAST);
        }
    }

    /**
     * The 16 bits of {@code x}.
     *
     * @param mantissa bits of it
     * @param least exponent of the smallest normal number
     * @param limit the smallest number that rounds to infinity
     */
    private static int narrow(float x, int mantissa, int least, float limit) {
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

    private static float widen(int bits, int mantissa, int least) {
        int exponent = (bits & 0x7fff) >> mantissa;
        float fraction = bits & (1 << mantissa) - 1;
        float size;
        if (exponent == 2 * (1 - least) + 1) {
            size = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
        } else if (exponent == 0) {
            size = fraction * power(-mantissa) * power(least);
        } else {
            size = (fraction * power(-mantissa) + 1) * power(exponent - 1 + least);
        }
        return (bits & 0x8000) == 0 ? size : -size;
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
