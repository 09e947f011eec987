package patchbay.kernels;

/**
 * Scaled dot-product attention that never stores a row of probabilities (the online softmax of Milakov and Gimelshein
 * 2018; the recomputing backward pass of Dao et al. 2022, algorithm 4).
 *
 * <p>q, out and their gradients are {@code [B, T, H, D]}; k, v and theirs {@code [B, S, G, D]}, and head h reads key head
 * {@code h / (H / G)}. Query t stands at position {@code start[0] + t} and key s at position s. A key at or beyond
 * {@code start[0] + T} does not exist yet. With a {@code window} above 0 a query sees so many positions, the last of which is its
 * own; with 0 it sees all that exist. {@code normalizer} and {@code delta} are {@code [B, H, T]}.
 */
public final class Attention {

    private Attention() {}

    /** Row {@code (b·H + h)·T + t}; {@code normalizer} gets the log-sum-exp of its scores. */
    public static void attention(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] out,
            float[] normalizer, int time, int keys, int heads, int groups, int dim, int window, float scale) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int query = ((b * time + t) * heads + h) * dim;
            int begin = window > 0 ? Math.max(0, start[0] + t + 1 - window) : 0;
            int end = Math.min(keys, window > 0 ? start[0] + t + 1 : start[0] + time);
            for (int d = 0; d < dim; d++) {
                out[query + d] = 0;
            }
            float max = Float.NEGATIVE_INFINITY;
            float sum = 0;
            for (int s = begin; s < end; s++) {
                int key = ((b * keys + s) * groups + h / (heads / groups)) * dim;
                float score = dot(q, query, k, key, dim) * scale;
                if (score > max) {
                    float shrink = (float) Math.exp(max - score);
                    for (int d = 0; d < dim; d++) {
                        out[query + d] *= shrink;
                    }
                    sum *= shrink;
                    max = score;
                }
                float p = (float) Math.exp(score - max);
                sum += p;
                for (int d = 0; d < dim; d++) {
                    out[query + d] += p * v[key + d];
                }
            }
            for (int d = 0; d < dim; d++) {
                out[query + d] *= sum == 0 ? 0 : 1 / sum;
            }
            normalizer[row] = max + (float) Math.log(sum);
        }
    }

    /** Row {@code (b·H + h)·T + t}: {@code delta = Σ_d dout · out}, the sum that softmax's gradient takes off. */
    public static void delta(int first, int count, float[] out, float[] dout, float[] delta, int time, int heads,
            int dim) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int query = ((row / time / heads * time + row % time) * heads + row / time % heads) * dim;
            delta[row] = dot(out, query, dout, query, dim);
        }
    }

    /** Row {@code (b·H + h)·T + t} of the gradient by q. */
    public static void queryGradient(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] dout,
            float[] normalizer, float[] delta, float[] dq, int time, int keys, int heads, int groups, int dim,
            int window, float scale) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int query = ((b * time + t) * heads + h) * dim;
            int begin = window > 0 ? Math.max(0, start[0] + t + 1 - window) : 0;
            int end = Math.min(keys, window > 0 ? start[0] + t + 1 : start[0] + time);
            for (int d = 0; d < dim; d++) {
                dq[query + d] = 0;
            }
            for (int s = begin; s < end; s++) {
                int key = ((b * keys + s) * groups + h / (heads / groups)) * dim;
                float p = (float) Math.exp(dot(q, query, k, key, dim) * scale - normalizer[row]);
                float dscore = p * (dot(dout, query, v, key, dim) - delta[row]) * scale;
                for (int d = 0; d < dim; d++) {
                    dq[query + d] += dscore * k[key + d];
                }
            }
        }
    }

    /** Row {@code (b·G + g)·S + s} of the gradients by k and v: sums over the heads that read key head g and the queries that see s. */
    public static void keyValueGradient(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] dout,
            float[] normalizer, float[] delta, float[] dk, float[] dv, int time, int keys, int heads, int groups, int dim,
            int window, float scale) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int s = row % keys;
            int g = row / keys % groups;
            int b = row / keys / groups;
            int key = ((b * keys + s) * groups + g) * dim;
            int begin = window > 0 ? Math.max(0, s - start[0]) : 0;
            int end = s >= start[0] + time ? 0 : window > 0 ? Math.min(time, s - start[0] + window) : time;
            for (int d = 0; d < dim; d++) {
                dk[key + d] = 0;
                dv[key + d] = 0;
            }
            for (int h = g * (heads / groups); h < (g + 1) * (heads / groups); h++) {
                for (int t = begin; t < end; t++) {
                    int query = ((b * time + t) * heads + h) * dim;
                    int at = (b * heads + h) * time + t;
                    float p = (float) Math.exp(dot(q, query, k, key, dim) * scale - normalizer[at]);
                    float dscore = p * (dot(dout, query, v, key, dim) - delta[at]) * scale;
                    for (int d = 0; d < dim; d++) {
                        dv[key + d] += p * dout[query + d];
                        dk[key + d] += dscore * q[query + d];
                    }
                }
            }
        }
    }

    /**
     * Row {@code b·G + g} of all three gradients: the heads that read key head g. A score is computed once for the three, where
     * {@link #queryGradient} and {@link #keyValueGradient} compute it twice but have a row for every query and every key. The same
     * bits.
     */
    public static void gradients(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] dout,
            float[] normalizer, float[] delta, float[] dq, float[] dk, float[] dv, int time, int keys, int heads, int groups, int dim,
            int window, float scale) {
        for (@Parallel int i = 0; i < count; i++) {
            int g = (first + i) % groups;
            int b = (first + i) / groups;
            for (int s = 0; s < keys; s++) {
                int key = ((b * keys + s) * groups + g) * dim;
                for (int d = 0; d < dim; d++) {
                    dk[key + d] = 0;
                    dv[key + d] = 0;
                }
            }
            for (int h = g * (heads / groups); h < (g + 1) * (heads / groups); h++) {
                for (int t = 0; t < time; t++) {
                    int query = ((b * time + t) * heads + h) * dim;
                    int at = (b * heads + h) * time + t;
                    int begin = window > 0 ? Math.max(0, start[0] + t + 1 - window) : 0;
                    int end = Math.min(keys, window > 0 ? start[0] + t + 1 : start[0] + time);
                    for (int d = 0; d < dim; d++) {
                        dq[query + d] = 0;
                    }
                    for (int s = begin; s < end; s++) {
                        int key = ((b * keys + s) * groups + g) * dim;
                        float p = (float) Math.exp(dot(q, query, k, key, dim) * scale - normalizer[at]);
                        float dscore = p * (dot(dout, query, v, key, dim) - delta[at]) * scale;
                        for (int d = 0; d < dim; d++) {
                            dq[query + d] += dscore * k[key + d];
                            dk[key + d] += dscore * q[query + d];
                            dv[key + d] += p * dout[query + d];
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
