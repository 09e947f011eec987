package patchbay.kernels;

/**
 * Numbers kept in a byte each, with one scale for a run of them: {@code x ≈ scale · byte}, where the scale is a 127th of the run's greatest
 * magnitude, so that no number is off by more than half of it (the symmetric form of Dettmers et al. 2022, section 2.1).
 */
public final class Quantized {

    private static final float MOST = 127;

    private Quantized() {}

    /** Row r: one run of {@code width} numbers. */
    public static void quantize(int first, int count, float[] x, byte[] codes, float[] scales, int width) {
        for (@Parallel int i = 0; i < count; i++) {
            int run = first + i;
            float most = 0;
            for (int j = 0; j < width; j++) {
                most = Math.max(most, Math.abs(x[run * width + j]));
            }
            float inverse = most > 0 ? MOST / most : 0;
            scales[run] = most / MOST;
            for (int j = 0; j < width; j++) {
                float code = x[run * width + j] * inverse;
                codes[run * width + j] = (byte) (int) (code + (code < 0 ? -0.5f : 0.5f));
            }
        }
    }

    /** Row r: one run, as floats. */
    public static void dequantize(int first, int count, byte[] codes, float[] scales, float[] out, int width) {
        for (@Parallel int i = 0; i < count; i++) {
            int run = first + i;
            for (int j = 0; j < width; j++) {
                out[run * width + j] = scales[run] * codes[run * width + j];
            }
        }
    }

    /** {@link Attention#attention} with the keys and the values of each head of a position as one run: kScales and vScales are [B, S, G]. */
    public static void attention(int first, int count, float[] q, byte[] k, float[] kScales, byte[] v, float[] vScales, int[] start,
            float[] bias, float[] out, float[] normalizer, int time, int keys, int heads, int groups, int dim, int valueDim, int window,
            int distances, float scale, float cap) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int query = ((b * time + t) * heads + h) * dim;
            int result = ((b * time + t) * heads + h) * valueDim;
            int nearest = (h + 1) * distances - keys + start[0] + t; // the bias of key 0
            int begin = window > 0 ? Math.max(0, start[0] + t + 1 - window) : 0;
            int end = Math.min(keys, window > 0 ? start[0] + t + 1 : start[0] + time);
            for (int d = 0; d < valueDim; d++) {
                out[result + d] = 0;
            }
            float max = Float.NEGATIVE_INFINITY;
            float sum = 0;
            for (int s = begin; s < end; s++) {
                int key = (b * keys + s) * groups + h / (heads / groups);
                float product = 0;
                for (int d = 0; d < dim; d++) {
                    product += q[query + d] * k[key * dim + d];
                }
                float score = Attention.capped(product * kScales[key] * scale, cap);
                if (distances > 0) {
                    score += bias[nearest - s];
                }
                if (score > max) {
                    float shrink = (float) Math.exp(max - score);
                    for (int d = 0; d < valueDim; d++) {
                        out[result + d] *= shrink;
                    }
                    sum *= shrink;
                    max = score;
                }
                float p = (float) Math.exp(score - max);
                sum += p;
                for (int d = 0; d < valueDim; d++) {
                    out[result + d] += p * vScales[key] * v[key * valueDim + d];
                }
            }
            for (int d = 0; d < valueDim; d++) {
                out[result + d] *= sum == 0 ? 0 : 1 / sum;
            }
            normalizer[row] = max + (float) Math.log(sum);
        }
    }
}
