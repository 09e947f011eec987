package patchbay.kernels;

/**
 * Softmax and what is built on it. A row is one distribution over {@code n} columns. The row's maximum is taken off
 * before the exponential, so no finite input overflows; a row of −∞ alone has the probabilities 0.
 */
public final class Softmax {

    private Softmax() {}

    public static void softmax(int first, int count, float[] x, float[] out, int n) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = (first + i) * n;
            float max = Float.NEGATIVE_INFINITY;
            for (int j = 0; j < n; j++) {
                max = Math.max(max, x[at + j]);
            }
            float shift = max == Float.NEGATIVE_INFINITY ? 0 : max;
            float sum = 0;
            for (int j = 0; j < n; j++) {
                float e = (float) Math.exp(x[at + j] - shift);
                out[at + j] = e;
                sum += e;
            }
            float scale = sum == 0 ? 0 : 1 / sum;
            for (int j = 0; j < n; j++) {
                out[at + j] *= scale;
            }
        }
    }

    /** {@code dx = y · (dy − Σ dy·y)}, with y the probabilities. */
    public static void softmaxGradient(int first, int count, float[] y, float[] dy, float[] out, int n) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = (first + i) * n;
            float dot = 0;
            for (int j = 0; j < n; j++) {
                dot += dy[at + j] * y[at + j];
            }
            for (int j = 0; j < n; j++) {
                out[at + j] = y[at + j] * (dy[at + j] - dot);
            }
        }
    }

    public static void logSoftmax(int first, int count, float[] x, float[] out, int n) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = (first + i) * n;
            float normalizer = logSumExp(x, at, n);
            // −∞ − (−∞) would be NaN: a row of −∞ alone stays one
            float shift = normalizer == Float.NEGATIVE_INFINITY ? 0 : normalizer;
            for (int j = 0; j < n; j++) {
                out[at + j] = x[at + j] - shift;
            }
        }
    }

    /** {@code dx = dy − exp(y) · Σ dy}, with y the log-probabilities. */
    public static void logSoftmaxGradient(int first, int count, float[] y, float[] dy, float[] out, int n) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = (first + i) * n;
            float sum = 0;
            for (int j = 0; j < n; j++) {
                sum += dy[at + j];
            }
            for (int j = 0; j < n; j++) {
                out[at + j] = dy[at + j] - (float) Math.exp(y[at + j]) * sum;
            }
        }
    }

    /**
     * {@code loss[r] = log Σ_j exp(logits[r, j]) − logits[r, targets[r]]}; 0 where the target is negative, NaN where it
     * is n or more.
     *
     * @param normalizer the log-sum-exp of each row, for the gradient
     */
    public static void crossEntropy(int first, int count, float[] logits, int[] targets, float[] loss,
            float[] normalizer, int n) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int target = targets[row];
            float logSum = 0;
            float value = 0;
            if (target >= 0) {
                logSum = logSumExp(logits, row * n, n);
                value = (logSum - logSum) / 0f; // NaN, which as a constant not every device's compiler can say
                if (target < n) {
                    value = logSum - logits[row * n + target];
                }
            }
            normalizer[row] = logSum;
            loss[row] = value;
        }
    }

    /** {@code (softmax(logits) − one-hot(target)) · dloss} a row; 0 where the target is negative. */
    public static void crossEntropyGradient(int first, int count, float[] logits, int[] targets, float[] normalizer,
            float[] dloss, float[] out, int n) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int target = targets[row];
            float factor = dloss[row];
            float shift = normalizer[row];
            for (int j = 0; j < n; j++) {
                float gradient = 0;
                if (target >= 0) {
                    float p = (float) Math.exp(logits[row * n + j] - shift);
                    gradient = (j == target ? p - 1 : p) * factor;
                }
                out[row * n + j] = gradient;
            }
        }
    }

    private static float logSumExp(float[] x, int at, int n) {
        float max = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            max = Math.max(max, x[at + j]);
        }
        float shift = max == Float.NEGATIVE_INFINITY ? 0 : max;
        float sum = 0;
        for (int j = 0; j < n; j++) {
            sum += (float) Math.exp(x[at + j] - shift);
        }
        return shift + (float) Math.log(sum);
    }
}
