package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.before;
import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * Twins of {@link patchbay.kernels.Normalization}. What of a row does not fill a vector is computed without one: masks make a
 * kernel larger than what the compiler inlines, and then every vector in it becomes an object.
 */
public final class Normalization {

    private Normalization() {}

    public static void rmsNorm(int first, int count, float[] x, float[] weight, float[] out, float[] inverse, int n,
            float epsilon) {
        int whole = Vectors.floor(n);
        for (int i = 0; i < count; i++) {
            int row = first + i;
            int at = row * n;
            var total = FloatVector.zero(FLOATS);
            for (int j = 0; j < whole; j += LANES) {
                var v = load(x, at + j);
                total = v.fma(v, total);
            }
            float squares = Vectors.sum(total);
            for (int j = whole; j < n; j++) {
                squares += x[at + j] * x[at + j];
            }
            float scale = (float) (1 / Math.sqrt(squares / n + epsilon));
            inverse[row] = scale;
            for (int j = 0; j < whole; j += LANES) {
                load(x, at + j).mul(scale).mul(load(weight, j)).intoArray(out, at + j);
            }
            for (int j = whole; j < n; j++) {
                out[at + j] = x[at + j] * scale * weight[j];
            }
        }
    }

    public static void rmsNormGradient(int first, int count, float[] x, float[] weight, float[] inverse, float[] dy,
            float[] out, int n) {
        int whole = Vectors.floor(n);
        for (int i = 0; i < count; i++) {
            int row = first + i;
            int at = row * n;
            float scale = inverse[row];
            var total = FloatVector.zero(FLOATS);
            for (int j = 0; j < whole; j += LANES) {
                total = load(weight, j).mul(load(dy, at + j)).fma(load(x, at + j), total);
            }
            float dot = Vectors.sum(total);
            for (int j = whole; j < n; j++) {
                dot += weight[j] * dy[at + j] * x[at + j];
            }
            float factor = dot / n * scale * scale;
            for (int j = 0; j < whole; j += LANES) {
                load(weight, j).mul(load(dy, at + j)).sub(load(x, at + j).mul(factor)).mul(scale).intoArray(out, at + j);
            }
            for (int j = whole; j < n; j++) {
                out[at + j] = (weight[j] * dy[at + j] - x[at + j] * factor) * scale;
            }
        }
    }

    public static void rmsNormWeight(int first, int count, float[] x, float[] inverse, float[] dy, float[] partial,
            int rows, int n, int chunk) {
        for (int i = 0; i < count; i++) {
            int part = first + i;
            int begin = part * chunk;
            int end = Math.min(rows, begin + chunk);
            for (int j = 0; j < n; j += LANES) {
                var lanes = before(j, n);
                var total = FloatVector.zero(FLOATS);
                for (int row = begin; row < end; row++) {
                    var z = load(x, row * n + j, lanes).mul(inverse[row]);
                    total = load(dy, row * n + j, lanes).fma(z, total);
                }
                total.intoArray(partial, part * n + j, lanes);
            }
        }
    }

    public static void layerNorm(int first, int count, float[] x, float[] weight, float[] bias, float[] out,
            float[] mean, float[] inverse, int n, float epsilon) {
        int whole = Vectors.floor(n);
        for (int i = 0; i < count; i++) {
            int row = first + i;
            int at = row * n;
            var total = FloatVector.zero(FLOATS);
            for (int j = 0; j < whole; j += LANES) {
                total = total.add(load(x, at + j));
            }
            float sum = Vectors.sum(total);
            for (int j = whole; j < n; j++) {
                sum += x[at + j];
            }
            float center = sum / n;
            var squares = FloatVector.zero(FLOATS);
            for (int j = 0; j < whole; j += LANES) {
                var distance = load(x, at + j).sub(center);
                squares = distance.fma(distance, squares);
            }
            float variance = Vectors.sum(squares);
            for (int j = whole; j < n; j++) {
                variance += (x[at + j] - center) * (x[at + j] - center);
            }
            float scale = (float) (1 / Math.sqrt(variance / n + epsilon));
            mean[row] = center;
            inverse[row] = scale;
            for (int j = 0; j < whole; j += LANES) {
                load(x, at + j).sub(center).mul(scale).fma(load(weight, j), load(bias, j)).intoArray(out, at + j);
            }
            for (int j = whole; j < n; j++) {
                out[at + j] = (x[at + j] - center) * scale * weight[j] + bias[j];
            }
        }
    }

    public static void layerNormGradient(int first, int count, float[] x, float[] weight, float[] mean, float[] inverse,
            float[] dy, float[] out, int n) {
        int whole = Vectors.floor(n);
        for (int i = 0; i < count; i++) {
            int row = first + i;
            int at = row * n;
            float center = mean[row];
            float scale = inverse[row];
            var total = FloatVector.zero(FLOATS);
            var dots = FloatVector.zero(FLOATS);
            for (int j = 0; j < whole; j += LANES) {
                var part = load(weight, j).mul(load(dy, at + j));
                total = total.add(part);
                dots = part.fma(load(x, at + j).sub(center).mul(scale), dots);
            }
            float sum = Vectors.sum(total);
            float dot = Vectors.sum(dots);
            for (int j = whole; j < n; j++) {
                float part = weight[j] * dy[at + j];
                sum += part;
                dot += part * ((x[at + j] - center) * scale);
            }
            float average = sum / n;
            float factor = dot / n;
            for (int j = 0; j < whole; j += LANES) {
                var z = load(x, at + j).sub(center).mul(scale);
                load(weight, j).mul(load(dy, at + j)).sub(average).sub(z.mul(factor)).mul(scale).intoArray(out, at + j);
            }
            for (int j = whole; j < n; j++) {
                float z = (x[at + j] - center) * scale;
                out[at + j] = (weight[j] * dy[at + j] - average - z * factor) * scale;
            }
        }
    }

    public static void layerNormWeight(int first, int count, float[] x, float[] mean, float[] inverse, float[] dy,
            float[] weightPartial, float[] biasPartial, int rows, int n, int chunk) {
        for (int i = 0; i < count; i++) {
            int part = first + i;
            int begin = part * chunk;
            int end = Math.min(rows, begin + chunk);
            for (int j = 0; j < n; j += LANES) {
                var lanes = before(j, n);
                var weights = FloatVector.zero(FLOATS);
                var biases = FloatVector.zero(FLOATS);
                for (int row = begin; row < end; row++) {
                    var gradient = load(dy, row * n + j, lanes);
                    weights = gradient.fma(load(x, row * n + j, lanes).sub(mean[row]).mul(inverse[row]), weights);
                    biases = biases.add(gradient);
                }
                weights.intoArray(weightPartial, part * n + j, lanes);
                biases.intoArray(biasPartial, part * n + j, lanes);
            }
        }
    }

    public static void sumChunks(int first, int count, float[] partial, float[] out, int chunks, int n) {
        for (int j = first; j < first + count; j += LANES) {
            var lanes = before(j, first + count);
            var total = FloatVector.zero(FLOATS);
            for (int part = 0; part < chunks; part++) {
                total = total.add(load(partial, part * n + j, lanes));
            }
            total.intoArray(out, j, lanes);
        }
    }
}
