package patchbay.engine.tornado.forms;

import patchbay.kernels.Parallel;

/**
 * {@link patchbay.kernels.Softmax} and {@link patchbay.kernels.Normalization} for a few long rows, in two passes with {@code shares} threads a
 * row. Share s of a row are its elements s, {@code s + shares} …, so that neighbouring threads read neighbouring memory. In the first pass
 * each share leaves two numbers in {@code sums [rows, shares, 2]}; in the second each thread joins those of its row, in their order, and
 * computes its share of the result. A thread reads and writes nothing but its own elements of what is written, so that the result may lie
 * where the operand did.
 *
 * <p>Row r of a launch is share {@code r % shares} of row {@code r / shares}.
 */
public final class LongRows {

    private LongRows() {}

    // First passes

    /** The greatest element and, that taken off, the sum of the exponentials. */
    public static void exponentials(int first, int count, float[] x, float[] sums, int n, int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = (first + i) / shares * n;
            int begin = (first + i) % shares;
            float max = Float.NEGATIVE_INFINITY;
            for (int j = begin; j < n; j += shares) {
                max = Math.max(max, x[at + j]);
            }
            float shift = max == Float.NEGATIVE_INFINITY ? 0 : max;
            float sum = 0;
            for (int j = begin; j < n; j += shares) {
                sum += (float) Math.exp(x[at + j] - shift);
            }
            sums[2 * (first + i)] = max;
            sums[2 * (first + i) + 1] = sum;
        }
    }

    /** {@code Σ x} and {@code Σ x·y}. */
    public static void products(int first, int count, float[] x, float[] y, float[] sums, int n, int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = (first + i) / shares * n;
            float sum = 0;
            float dot = 0;
            for (int j = (first + i) % shares; j < n; j += shares) {
                sum += x[at + j];
                dot += x[at + j] * y[at + j];
            }
            sums[2 * (first + i)] = sum;
            sums[2 * (first + i) + 1] = dot;
        }
    }

    /** {@code Σ w·x} and {@code Σ w·x·y}, w the same for all rows. */
    public static void weighed(int first, int count, float[] w, float[] x, float[] y, float[] sums, int n, int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = (first + i) / shares * n;
            float sum = 0;
            float dot = 0;
            for (int j = (first + i) % shares; j < n; j += shares) {
                sum += w[j] * x[at + j];
                dot += w[j] * x[at + j] * y[at + j];
            }
            sums[2 * (first + i)] = sum;
            sums[2 * (first + i) + 1] = dot;
        }
    }

    /** {@code Σ w·dy} and {@code Σ w·dy·z} with {@code z = (x − mean) · inverse}. */
    public static void weighedCentered(int first, int count, float[] w, float[] dy, float[] x, float[] mean, float[] inverse, float[] sums, int n,
            int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / shares;
            float center = mean[row];
            float scale = inverse[row];
            float sum = 0;
            float dot = 0;
            for (int j = (first + i) % shares; j < n; j += shares) {
                float part = w[j] * dy[row * n + j];
                sum += part;
                dot += part * ((x[row * n + j] - center) * scale);
            }
            sums[2 * (first + i)] = sum;
            sums[2 * (first + i) + 1] = dot;
        }
    }

    /** The mean of the share and the sum of the squared distances from it. */
    public static void moments(int first, int count, float[] x, float[] sums, int n, int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = (first + i) / shares * n;
            int begin = (first + i) % shares;
            float sum = 0;
            for (int j = begin; j < n; j += shares) {
                sum += x[at + j];
            }
            float center = sum / ((n - begin + shares - 1) / shares);
            float squares = 0;
            for (int j = begin; j < n; j += shares) {
                float distance = x[at + j] - center;
                squares += distance * distance;
            }
            sums[2 * (first + i)] = center;
            sums[2 * (first + i) + 1] = squares;
        }
    }

    // Second passes

    /** {@link patchbay.kernels.Softmax#softmax} after {@link #exponentials}. */
    public static void softmax(int first, int count, float[] x, float[] sums, float[] out, int n, int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / shares;
            float shift = shift(sums, row, shares);
            float sum = exponentials(sums, row, shares, shift);
            float scale = sum == 0 ? 0 : 1 / sum;
            for (int j = (first + i) % shares; j < n; j += shares) {
                out[row * n + j] = (float) Math.exp(x[row * n + j] - shift) * scale;
            }
        }
    }

    /** {@link patchbay.kernels.Softmax#logSoftmax} after {@link #exponentials}. */
    public static void logSoftmax(int first, int count, float[] x, float[] sums, float[] out, int n, int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / shares;
            float shift = shift(sums, row, shares);
            float sum = exponentials(sums, row, shares, shift);
            float normalizer = sum == 0 ? 0 : shift + (float) Math.log(sum);
            for (int j = (first + i) % shares; j < n; j += shares) {
                out[row * n + j] = x[row * n + j] - normalizer;
            }
        }
    }

    /** {@link patchbay.kernels.Softmax#crossEntropy} after {@link #exponentials}: row r of the launch is row r. */
    public static void crossEntropy(int first, int count, float[] logits, int[] targets, float[] sums, float[] loss, float[] normalizer, int n,
            int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int target = targets[row];
            float shift = shift(sums, row, shares);
            float logSum = shift + (float) Math.log(exponentials(sums, row, shares, shift));
            float value = (logSum - logSum) / 0f; // NaN
            if (target < n) {
                value = logSum - logits[row * n + Math.max(target, 0)];
            }
            normalizer[row] = target < 0 ? 0 : logSum;
            loss[row] = target < 0 ? 0 : value;
        }
    }

    /** {@link patchbay.kernels.Softmax#softmaxGradient} after {@link #products} of dy and y. */
    public static void softmaxGradient(int first, int count, float[] y, float[] dy, float[] sums, float[] out, int n, int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / shares;
            float dot = sum(sums, 1, row, shares);
            for (int j = (first + i) % shares; j < n; j += shares) {
                out[row * n + j] = y[row * n + j] * (dy[row * n + j] - dot);
            }
        }
    }

    /** {@link patchbay.kernels.Softmax#logSoftmaxGradient} after {@link #products} of dy and anything. */
    public static void logSoftmaxGradient(int first, int count, float[] y, float[] dy, float[] sums, float[] out, int n, int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / shares;
            float sum = sum(sums, 0, row, shares);
            for (int j = (first + i) % shares; j < n; j += shares) {
                out[row * n + j] = dy[row * n + j] - (float) Math.exp(y[row * n + j]) * sum;
            }
        }
    }

    /** {@link patchbay.kernels.Normalization#rmsNorm} after {@link #products} of x and x. */
    public static void rmsNorm(int first, int count, float[] x, float[] weight, float[] sums, float[] out, float[] inverse, int n, float epsilon,
            int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / shares;
            int begin = (first + i) % shares;
            float scale = (float) (1 / Math.sqrt(sum(sums, 1, row, shares) / n + epsilon));
            if (begin == 0) {
                inverse[row] = scale;
            }
            for (int j = begin; j < n; j += shares) {
                out[row * n + j] = x[row * n + j] * scale * weight[j];
            }
        }
    }

    /** {@link patchbay.kernels.Normalization#rmsNormGradient} after {@link #weighed} of weight, dy and x. */
    public static void rmsNormGradient(int first, int count, float[] x, float[] weight, float[] inverse, float[] dy, float[] sums, float[] out,
            int n, int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / shares;
            float scale = inverse[row];
            float factor = sum(sums, 1, row, shares) / n * scale * scale;
            for (int j = (first + i) % shares; j < n; j += shares) {
                out[row * n + j] = scale * (weight[j] * dy[row * n + j] - x[row * n + j] * factor);
            }
        }
    }

    /**
     * {@link patchbay.kernels.Normalization#layerNorm} after {@link #moments}: the squares of a share move from its mean to that of the row
     * (Chan et al. 1983, equation 2.1).
     */
    public static void layerNorm(int first, int count, float[] x, float[] weight, float[] bias, float[] sums, float[] out, float[] mean,
            float[] inverse, int n, float epsilon, int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / shares;
            int begin = (first + i) % shares;
            float sum = 0;
            for (int s = 0; s < shares; s++) {
                sum += sums[2 * (row * shares + s)] * ((n - s + shares - 1) / shares);
            }
            float center = sum / n;
            float squares = 0;
            for (int s = 0; s < shares; s++) {
                float away = sums[2 * (row * shares + s)] - center;
                squares += sums[2 * (row * shares + s) + 1] + away * away * ((n - s + shares - 1) / shares);
            }
            float scale = (float) (1 / Math.sqrt(squares / n + epsilon));
            if (begin == 0) {
                mean[row] = center;
                inverse[row] = scale;
            }
            for (int j = begin; j < n; j += shares) {
                out[row * n + j] = (x[row * n + j] - center) * scale * weight[j] + bias[j];
            }
        }
    }

    /** {@link patchbay.kernels.Normalization#layerNormGradient} after {@link #weighedCentered}. */
    public static void layerNormGradient(int first, int count, float[] x, float[] weight, float[] mean, float[] inverse, float[] dy, float[] sums,
            float[] out, int n, int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / shares;
            float center = mean[row];
            float scale = inverse[row];
            float average = sum(sums, 0, row, shares) / n;
            float factor = sum(sums, 1, row, shares) / n;
            for (int j = (first + i) % shares; j < n; j += shares) {
                float z = (x[row * n + j] - center) * scale;
                out[row * n + j] = scale * (weight[j] * dy[row * n + j] - average - z * factor);
            }
        }
    }

    /** Number {@code which} of all shares of a row. */
    private static float sum(float[] sums, int which, int row, int shares) {
        float sum = 0;
        for (int s = 0; s < shares; s++) {
            sum += sums[2 * (row * shares + s) + which];
        }
        return sum;
    }

    /** What is taken off before the exponential: the greatest element of the row, or 0 where that is −∞. */
    private static float shift(float[] sums, int row, int shares) {
        float max = Float.NEGATIVE_INFINITY;
        for (int s = 0; s < shares; s++) {
            max = Math.max(max, sums[2 * (row * shares + s)]);
        }
        return max == Float.NEGATIVE_INFINITY ? 0 : max;
    }

    /** The sum of the exponentials of the row. */
    private static float exponentials(float[] sums, int row, int shares, float shift) {
        float sum = 0;
        for (int s = 0; s < shares; s++) {
            // a share of −∞ alone has the sum 0, and exp(−∞) is 0
            sum += sums[2 * (row * shares + s) + 1] * (float) Math.exp(sums[2 * (row * shares + s)] - shift);
        }
        return sum;
    }
}
