package patchbay.engine.tornado.forms;

import patchbay.kernels.Parallel;

/**
 * The narrowing conversions of {@link patchbay.kernels.HalfPrecision} in steps without a branch: TornadoVM 5.2 compiles the plain
 * form's conditions and early returns wrong. Every step is exact, so that the bits are the plain kernel's.
 */
public final class HalfPrecision {

    private HalfPrecision() {}

    public static void toF16(int first, int count, float[] x, short[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = (short) narrow(x[first + i], patchbay.kernels.HalfPrecision.F16, -14, 0x1.ffep15f);
        }
    }

    public static void toBf16(int first, int count, float[] x, short[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = (short) narrow(x[first + i], patchbay.kernels.HalfPrecision.BF16, -126, 0x1.ffp127f);
        }
    }

    /**
     * @param least exponent of the smallest normal number
     * @param limit the smallest number that rounds to infinity
     */
    private static int narrow(float x, int mantissa, int least, float limit) {
        int infinity = 2 * (1 - least) + 1 << mantissa; // all ones in the exponent
        float inverse = 1 / x; // tells −0 from 0
        int negative = x < 0 ? 1 : inverse < 0 ? 1 : 0;
        float size = Math.abs(x);
        // size = s · 2^e with s in [1, 2), or less where e cannot go lower
        int e = 0;
        float s = size < limit ? size : 1;
        float power = 0x1p64f;
        for (int step = 64; step > 0; step /= 2) {
            int much = s >= power ? 1 : 0;
            s = much > 0 ? s / power : s;
            e += much * step;
            power = root(step);
        }
        power = 0x1p64f;
        for (int step = 64; step > 0; step /= 2) {
            int little = s * power < 2 ? 1 : 0;
            int allowed = e - step >= least ? 1 : 0;
            s = little * allowed > 0 ? s * power : s;
            e -= little * allowed * step;
            power = root(step);
        }
        s = s * (1 << mantissa);
        int whole = (int) s;
        float rest = s - whole;
        int odd = whole % 2;
        int up = rest > 0.5f ? 1 : rest < 0.5f ? 0 : odd; // may carry into the exponent, as it should
        int bits = (e - least << mantissa) + whole + up;
        int large = size >= limit ? infinity : bits;
        int quiet = infinity + (1 << mantissa - 1);
        return x == x ? (negative << 15) + large : quiet;
    }

    /** {@code 2^(step / 2)}. */
    private static float root(int step) {
        int half = step / 2;
        return half == 32 ? 0x1p32f : 1 << half;
    }
}
