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

    /**
     * {@code partial[offset + c]} gets the sum of squares of chunk c of four arrays, one array's chunks after another's; an array of
     * which nothing is to be summed has the size 0.
     */
    public static void squares(int first, int count, float[] x0, float[] x1, float[] x2, float[] x3, float[] partial,
            int size0, int size1, int size2, int size3, int chunk, int offset) {
        for (@Parallel int i = 0; i < count; i++) {
            int from0 = (first + i) * chunk;
            int from1 = from0 - (size0 + chunk - 1) / chunk * chunk;
            int from2 = from1 - (size1 + chunk - 1) / chunk * chunk;
            int from3 = from2 - (size2 + chunk - 1) / chunk * chunk;
            float sum = 0; // of one of the arrays: the chunk lies behind the others' ends, or before their beginnings
            for (int j = from0; j < Math.min(size0, from0 + chunk); j++) {
                sum += x0[j] * x0[j];
            }
            for (int j = Math.max(0, from1); j < Math.min(size1, from1 + chunk); j++) {
                sum += x1[j] * x1[j];
            }
            for (int j = Math.max(0, from2); j < Math.min(size2, from2 + chunk); j++) {
                sum += x2[j] * x2[j];
            }
            for (int j = Math.max(0, from3); j < Math.min(size3, from3 + chunk); j++) {
                sum += x3[j] * x3[j];
            }
            partial[offset + first + i] = sum;
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
