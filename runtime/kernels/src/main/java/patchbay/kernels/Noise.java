package patchbay.kernels;

/**
 * Random numbers without a state: a 32-bit hash of (step, salt, index). The same three always give the same number, on
 * any engine and in any order, so a mask needs no storage between the forward and the backward pass.
 */
public final class Noise {

    private Noise() {}

    /**
     * Zeroes elements with probability {@code p} and scales the others by {@code 1 / (1 − p)}.
     *
     * @param step {@code [1]}
     */
    public static void dropout(int first, int count, float[] x, int[] step, float[] out, int salt, float p) {
        for (@Parallel int i = 0; i < count; i++) {
            int index = first + i;
            out[index] = uniform(hash(step[0], salt, index)) < p ? 0 : x[index] * (1 / (1 - p));
        }
    }

    /** Uniform in (0, 1), in steps of 2⁻²³. */
    public static void uniform(int first, int count, int[] step, float[] out, int salt) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = uniform(hash(step[0], salt, first + i));
        }
    }

    /** Standard normal, by Box and Muller's transform of two uniform numbers. */
    public static void normal(int first, int count, int[] step, float[] out, int salt) {
        for (@Parallel int i = 0; i < count; i++) {
            int index = first + i;
            int hash = hash(step[0], salt, index);
            float radius = (float) Math.sqrt(-2 * Math.log(uniform(hash)));
            float angle = 6.2831855f * uniform(mix(hash + 0x632be5ab));
            out[index] = radius * (float) Math.cos(angle);
        }
    }

    private static float uniform(int hash) {
        return ((hash >>> 9) + 0.5f) * 1.1920929e-7f;
    }

    private static int hash(int step, int salt, int index) {
        return mix(index ^ mix(salt ^ mix(step + 0x9e3779b9)));
    }

    /** A bijection of 32-bit numbers in which every input bit changes every output bit with a probability of about one half. */
    private static int mix(int x) {
        int h = x;
        h ^= h >>> 16;
        h *= 0x7feb352d;
        h ^= h >>> 15;
        h *= 0x846ca68b;
        h ^= h >>> 16;
        return h;
    }
}
