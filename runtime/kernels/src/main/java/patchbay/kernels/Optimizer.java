package patchbay.kernels;

/** What moves parameters. */
public final class Optimizer {

    private Optimizer() {}

    /**
     * AdamW, decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2): with g the gradient times {@code clip[0]},
     * {@code m' = β1·m + (1 − β1)·g}, {@code v' = β2·v + (1 − β2)·g²},
     * {@code parameter' = parameter − rate · ((m' / hyper[1]) / (√(v' / hyper[2]) + ε) + decay · parameter)}.
     *
     * @param hyper {@code [3]}: the rate, 1 − β1ᵗ, 1 − β2ᵗ
     * @param clip {@code [1]}
     */
    public static void adamW(int first, int count, float[] parameter, float[] gradient, float[] m, float[] v,
            float[] hyper, float[] clip, float[] parameterOut, float[] mOut, float[] vOut, float beta1, float beta2,
            float epsilon, float decay) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            float g = gradient[at] * clip[0];
            float mean = beta1 * m[at] + (1 - beta1) * g;
            float square = beta2 * v[at] + (1 - beta2) * g * g;
            float old = parameter[at];
            mOut[at] = mean;
            vOut[at] = square;
            parameterOut[at] = old
                    - hyper[0] * (mean / hyper[1] / ((float) Math.sqrt(square / hyper[2]) + epsilon) + decay * old);
        }
    }

    /** {@code partial[offset + c]} gets the sum of squares of chunk c of {@code x}. */
    public static void squares(int first, int count, float[] x, float[] partial, int size, int chunk, int offset) {
        for (@Parallel int i = 0; i < count; i++) {
            int part = first + i;
            int end = Math.min(size, (part + 1) * chunk);
            float sum = 0;
            for (int j = part * chunk; j < end; j++) {
                sum += x[j] * x[j];
            }
            partial[offset + part] = sum;
        }
    }

    /** {@code out[0] = √ Σ partial}; one row. */
    public static void norm(int first, int count, float[] partial, float[] out, int chunks) {
        for (@Parallel int i = 0; i < count; i++) {
            double sum = 0;
            for (int j = 0; j < chunks; j++) {
                sum += partial[j];
            }
            out[first + i] = (float) Math.sqrt(sum);
        }
    }

    /** {@code out[0] = min(1, clip / norm[0])}; one row. NaN stays NaN. */
    public static void clipScale(int first, int count, float[] norm, float[] out, float clip) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = clip / Math.max(clip, norm[first + i]);
        }
    }
}
