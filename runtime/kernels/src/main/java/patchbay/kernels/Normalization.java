package patchbay.kernels;

/**
 * RMSNorm (Zhang and Sennrich 2019, equation 4) and LayerNorm (Ba et al. 2016, equation 4) over rows of {@code n}
 * elements. The gradients by weight and bias sum over rows in chunks of fixed length, and then over the chunks, so that
 * they do not depend on how the rows were split.
 */
public final class Normalization {

    private Normalization() {}

    /**
     * {@code out = x · inverse · weight} with {@code inverse = 1 / √(mean(x²) + epsilon)}.
     *
     * @param inverse one a row, for the gradient
     */
    public static void rmsNorm(int first, int count, float[] x, float[] weight, float[] out, float[] inverse, int n,
            float epsilon) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            float sum = 0;
            for (int j = 0; j < n; j++) {
                sum += x[row * n + j] * x[row * n + j];
            }
            float scale = (float) (1 / Math.sqrt(sum / n + epsilon));
            inverse[row] = scale;
            for (int j = 0; j < n; j++) {
                out[row * n + j] = x[row * n + j] * scale * weight[j];
            }
        }
    }

    /** {@code dx = inverse · (w·dy − x · inverse² · mean(w·dy·x))}. */
    public static void rmsNormGradient(int first, int count, float[] x, float[] weight, float[] inverse, float[] dy,
            float[] out, int n) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            float scale = inverse[row];
            float dot = 0;
            for (int j = 0; j < n; j++) {
                dot += weight[j] * dy[row * n + j] * x[row * n + j];
            }
            float factor = dot / n * scale * scale;
            for (int j = 0; j < n; j++) {
                out[row * n + j] = scale * (weight[j] * dy[row * n + j] - x[row * n + j] * factor);
            }
        }
    }

    /** Sums of {@code dy · x · inverse} over chunk {@code first + i} of the rows, into {@code partial [chunks, n]}. */
    public static void rmsNormWeight(int first, int count, float[] x, float[] inverse, float[] dy, float[] partial,
            int rows, int n, int chunk) {
        for (@Parallel int i = 0; i < count; i++) {
            int part = first + i;
            for (int j = 0; j < n; j++) {
                partial[part * n + j] = 0;
            }
            int end = Math.min(rows, (part + 1) * chunk);
            for (int row = part * chunk; row < end; row++) {
                float scale = inverse[row];
                for (int j = 0; j < n; j++) {
                    partial[part * n + j] += dy[row * n + j] * (x[row * n + j] * scale);
                }
            }
        }
    }

    /**
     * {@code out = (x − mean) · inverse · weight + bias} with {@code inverse = 1 / √(variance(x) + epsilon)}, the variance
     * over n.
     *
     * @param mean one a row, for the gradient
     * @param inverse one a row, for the gradient
     */
    public static void layerNorm(int first, int count, float[] x, float[] weight, float[] bias, float[] out,
            float[] mean, float[] inverse, int n, float epsilon) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            float sum = 0;
            for (int j = 0; j < n; j++) {
                sum += x[row * n + j];
            }
            float center = sum / n;
            float squares = 0;
            for (int j = 0; j < n; j++) {
                float distance = x[row * n + j] - center;
                squares += distance * distance;
            }
            float scale = (float) (1 / Math.sqrt(squares / n + epsilon));
            mean[row] = center;
            inverse[row] = scale;
            for (int j = 0; j < n; j++) {
                out[row * n + j] = (x[row * n + j] - center) * scale * weight[j] + bias[j];
            }
        }
    }

    /** {@code dx = inverse · (w·dy − mean(w·dy) − z · mean(w·dy·z))} with {@code z = (x − mean) · inverse}. */
    public static void layerNormGradient(int first, int count, float[] x, float[] weight, float[] mean, float[] inverse,
            float[] dy, float[] out, int n) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            float center = mean[row];
            float scale = inverse[row];
            float sum = 0;
            float dot = 0;
            for (int j = 0; j < n; j++) {
                float part = weight[j] * dy[row * n + j];
                sum += part;
                dot += part * ((x[row * n + j] - center) * scale);
            }
            float average = sum / n;
            float factor = dot / n;
            for (int j = 0; j < n; j++) {
                float z = (x[row * n + j] - center) * scale;
                out[row * n + j] = scale * (weight[j] * dy[row * n + j] - average - z * factor);
            }
        }
    }

    /** Sums of {@code dy · z} and of {@code dy} over chunk {@code first + i} of the rows, into {@code [chunks, n]} each. */
    public static void layerNormWeight(int first, int count, float[] x, float[] mean, float[] inverse, float[] dy,
            float[] weightPartial, float[] biasPartial, int rows, int n, int chunk) {
        for (@Parallel int i = 0; i < count; i++) {
            int part = first + i;
            for (int j = 0; j < n; j++) {
                weightPartial[part * n + j] = 0;
                biasPartial[part * n + j] = 0;
            }
            int end = Math.min(rows, (part + 1) * chunk);
            for (int row = part * chunk; row < end; row++) {
                float center = mean[row];
                float scale = inverse[row];
                for (int j = 0; j < n; j++) {
                    float gradient = dy[row * n + j];
                    weightPartial[part * n + j] += gradient * ((x[row * n + j] - center) * scale);
                    biasPartial[part * n + j] += gradient;
                }
            }
        }
    }

    /** {@code out[j] = Σ_c partial[c, j]}: a column a row of the launch. */
    public static void sumChunks(int first, int count, float[] partial, float[] out, int chunks, int n) {
        for (@Parallel int i = 0; i < count; i++) {
            float sum = 0;
            for (int part = 0; part < chunks; part++) {
                sum += partial[part * n + first + i];
            }
            out[first + i] = sum;
        }
    }
}
