package patchbay.kernels;

/**
 * {@link Attention} in which every query brings a list of the keys that it sees: {@code ranges [sequences, T, sharers, spans, 2]} holds
 * the first key of each span and the one behind its last. There are lists for every sequence or one for all, for every key head or one for
 * all. The spans of a query must not overlap; one that ends before it begins is empty.
 *
 * <p>With {@code distances} above 0, key s stands at position s and query t at {@code start[0] + t}, and {@code bias [H, distances]}
 * has for each head what is added to the scores at the distances from 0 to {@code distances − 1}.
 */
public final class RangedAttention {

    private RangedAttention() {}

    /** Row {@code (b·H + h)·T + t}; {@code normalizer} gets the log-sum-exp of its scores. */
    public static void attention(int first, int count, float[] q, float[] k, float[] v, int[] ranges, int[] start, float[] bias,
            float[] out, float[] normalizer, int time, int keys, int heads, int groups, int dim, int valueDim, int sequences, int sharers,
            int spans, int distances, float scale) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int g = h / (heads / groups);
            int query = ((b * time + t) * heads + h) * dim;
            int result = ((b * time + t) * heads + h) * valueDim;
            int list = ((b % sequences * time + t) * sharers + g % sharers) * spans * 2;
            for (int d = 0; d < valueDim; d++) {
                out[result + d] = 0;
            }
            float max = Float.NEGATIVE_INFINITY;
            float sum = 0;
            for (int span = 0; span < spans; span++) {
                for (int s = ranges[list + 2 * span]; s < ranges[list + 2 * span + 1]; s++) {
                    int key = (b * keys + s) * groups + g;
                    float score = dot(q, query, k, key * dim, dim) * scale;
                    if (distances > 0) {
                        score += bias[h * distances + start[0] + t - s];
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
                        out[result + d] += p * v[key * valueDim + d];
                    }
                }
            }
            for (int d = 0; d < valueDim; d++) {
                out[result + d] *= sum == 0 ? 0 : 1 / sum;
            }
            normalizer[row] = max + (float) Math.log(sum);
        }
    }

    /**
     * Row {@code b·G + g} of the gradients by k, v, and by q and the bias of the heads that read key head g. Which queries see a key is known
     * only from their lists, so one row goes through all of them, in a fixed order; {@code delta} is that of {@link Attention#delta}.
     */
    public static void gradients(int first, int count, float[] q, float[] k, float[] v, int[] ranges, int[] start, float[] bias, float[] dout,
            float[] normalizer, float[] delta, float[] dq, float[] dk, float[] dv, float[] dbias, int time, int keys, int heads, int groups,
            int dim, int valueDim, int sequences, int sharers, int spans, int distances, float scale) {
        for (@Parallel int i = 0; i < count; i++) {
            int g = (first + i) % groups;
            int b = (first + i) / groups;
            for (int s = 0; s < keys; s++) {
                int key = (b * keys + s) * groups + g;
                for (int d = 0; d < dim; d++) {
                    dk[key * dim + d] = 0;
                }
                for (int d = 0; d < valueDim; d++) {
                    dv[key * valueDim + d] = 0;
                }
            }
            for (int h = g * (heads / groups); h < (g + 1) * (heads / groups); h++) {
                int parts = (b * heads + h) * distances; // of the bias's gradient
                for (int r = 0; r < distances; r++) {
                    dbias[parts + r] = 0;
                }
                for (int t = 0; t < time; t++) {
                    int query = (b * time + t) * heads + h;
                    int at = (b * heads + h) * time + t;
                    int list = ((b % sequences * time + t) * sharers + g % sharers) * spans * 2;
                    for (int d = 0; d < dim; d++) {
                        dq[query * dim + d] = 0;
                    }
                    for (int span = 0; span < spans; span++) {
                        for (int s = ranges[list + 2 * span]; s < ranges[list + 2 * span + 1]; s++) {
                            int key = (b * keys + s) * groups + g;
                            int distance = start[0] + t - s;
                            float score = dot(q, query * dim, k, key * dim, dim) * scale;
                            float p = (float) Math.exp(score + (distances > 0 ? bias[h * distances + distance] : 0) - normalizer[at]);
                            float dscore = p * (dot(dout, query * valueDim, v, key * valueDim, valueDim) - delta[at]);
                            if (distances > 0) {
                                dbias[parts + distance] += dscore;
                            }
                            dscore *= scale;
                            for (int d = 0; d < dim; d++) {
                                dq[query * dim + d] += dscore * k[key * dim + d];
                                dk[key * dim + d] += dscore * q[query * dim + d];
                            }
                            for (int d = 0; d < valueDim; d++) {
                                dv[key * valueDim + d] += p * dout[query * valueDim + d];
                            }
                        }
                    }
                }
            }
        }
    }

    private static float dot(float[] a, int aAt, float[] b, int bAt, int dim) {
        float sum = 0;
        for (int d = 0; d < dim; d++) {
            sum += a[aAt + d] * b[bAt + d];
        }
        return sum;
    }
}
