package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;
import static patchbay.engine.cpu.vector.Vectors.exp;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Twins of {@link patchbay.kernels.Softmax}. The rest of a row is computed without vectors: masked ones make a kernel with
 * an exponential larger than what the compiler inlines, and then every vector in it becomes an object.
 */
public final class Softmax {

    private Softmax() {}

    public static void softmax(int first, int count, float[] x, float[] out, int n) {
        int whole = Vectors.floor(n);
        for (int i = 0; i < count; i++) {
            int at = (first + i) * n;
            float shift = shift(x, at, n);
            var total = FloatVector.zero(FLOATS);
            for (int j = 0; j < whole; j += LANES) {
                var e = exp(load(x, at + j).sub(shift));
                e.intoArray(out, at + j);
                total = total.add(e);
            }
            float sum = Vectors.sum(total);
            for (int j = whole; j < n; j++) {
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

    public static void softmaxGradient(int first, int count, float[] y, float[] dy, float[] out, int n) {
        int whole = Vectors.floor(n);
        for (int i = 0; i < count; i++) {
            int at = (first + i) * n;
            var total = FloatVector.zero(FLOATS);
            for (int j = 0; j < whole; j += LANES) {
                total = load(dy, at + j).fma(load(y, at + j), total);
            }
            float dot = Vectors.sum(total);
            for (int j = whole; j < n; j++) {
                dot += dy[at + j] * y[at + j];
            }
            for (int j = 0; j < n; j++) {
                out[at + j] = y[at + j] * (dy[at + j] - dot);
            }
        }
    }

    public static void logSoftmax(int first, int count, float[] x, float[] out, int n) {
        for (int i = 0; i < count; i++) {
            int at = (first + i) * n;
            float normalizer = logSumExp(x, at, n);
            float shift = normalizer == Float.NEGATIVE_INFINITY ? 0 : normalizer;
            for (int j = 0; j < n; j++) {
                out[at + j] = x[at + j] - shift;
            }
        }
    }

    public static void logSoftmaxGradient(int first, int count, float[] y, float[] dy, float[] out, int n) {
        int whole = Vectors.floor(n);
        for (int i = 0; i < count; i++) {
            int at = (first + i) * n;
            var total = FloatVector.zero(FLOATS);
            for (int j = 0; j < whole; j += LANES) {
                total = total.add(load(dy, at + j));
            }
            float sum = Vectors.sum(total);
            for (int j = whole; j < n; j++) {
                sum += dy[at + j];
            }
            for (int j = 0; j < whole; j += LANES) {
                load(dy, at + j).sub(exp(load(y, at + j)).mul(sum)).intoArray(out, at + j);
            }
            for (int j = whole; j < n; j++) {
                out[at + j] = dy[at + j] - (float) Math.exp(y[at + j]) * sum;
            }
        }
    }

    public static void crossEntropy(int first, int count, float[] logits, int[] targets, float[] loss,
            float[] normalizer, int n) {
        for (int i = 0; i < count; i++) {
            int row = first + i;
            int target = targets[row];
            float logSum = target < 0 ? 0 : logSumExp(logits, row * n, n);
            normalizer[row] = logSum;
            loss[row] = target < 0 ? 0 : target < n ? logSum - logits[row * n + target] : Float.NaN;
        }
    }

    public static void crossEntropyGradient(int first, int count, float[] logits, int[] targets, float[] normalizer,
            float[] dloss, float[] out, int n) {
        int whole = Vectors.floor(n);
        for (int i = 0; i < count; i++) {
            int row = first + i;
            int at = row * n;
            int target = targets[row];
            if (target < 0) {
                Arrays.fill(out, at, at + n, 0);
                continue;
            }
            float factor = dloss[row];
            float shift = normalizer[row];
            // read first: the gradient may be written over the logits
            float chosen = target < n ? logits[at + target] : 0;
            for (int j = 0; j < whole; j += LANES) {
                exp(load(logits, at + j).sub(shift)).mul(factor).intoArray(out, at + j);
            }
            for (int j = whole; j < n; j++) {
                out[at + j] = (float) Math.exp(logits[at + j] - shift) * factor;
            }
            if (target < n) {
                out[at + target] = ((float) Math.exp(chosen - shift) - 1) * factor;
            }
        }
    }

    /** The row's maximum; 0 if it is −∞. */
    private static float shift(float[] x, int at, int n) {
        int whole = Vectors.floor(n);
        var most = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        for (int j = 0; j < whole; j += LANES) {
            most = most.max(load(x, at + j));
        }
        float max = most.reduceLanes(VectorOperators.MAX);
        for (int j = whole; j < n; j++) {
            max = Math.max(max, x[at + j]);
        }
        return max == Float.NEGATIVE_INFINITY ? 0 : max;
    }

    private static float logSumExp(float[] x, int at, int n) {
        float shift = shift(x, at, n);
        int whole = Vectors.floor(n);
        var total = FloatVector.zero(FLOATS);
        for (int j = 0; j < whole; j += LANES) {
            total = total.add(exp(load(x, at + j).sub(shift)));
        }
        float sum = Vectors.sum(total);
        for (int j = whole; j < n; j++) {
            sum += (float) Math.exp(x[at + j] - shift);
        }
        return shift + (float) Math.log(sum);
    }
}
