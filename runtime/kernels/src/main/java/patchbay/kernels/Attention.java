package patchbay.kernels;

/**
 * Scaled dot-product attention that never stores a row of probabilities (the online softmax of Milakov and Gimelshein
 * 2018; the recomputing backward pass of Dao et al. 2022, algorithm 4).
 *
 * <p>q and its gradient are {@code [B, T, H, D]}, out and its gradient {@code [B, T, H, E]}; k {@code [B, S, G, D]}, v {@code [B, S, G, E]},
 * and head h reads key head {@code h / (H / G)}. Query t stands at position {@code start[0] + t} and key s at position s. A key at or beyond
 * {@code start[0] + T} does not exist yet. With a {@code window} above 0 a query sees so many positions, the last of which is its
 * own; with 0 it sees all that exist. With a {@code window} below 0 sequences have different numbers of keys: those of sequence b that exist are its first
 * {@code start[b]}, and query t stands at position {@code S − T + t}. {@code normalizer} and {@code delta} are {@code [B, H, T]}.
 *
 * <p>A score is {@code scale · q·k}, with a {@code cap} above 0 {@code cap · tanh(scale · q·k / cap)}, and with {@code distances} above 0
 * a bias more, which depends on the head and the distance alone: {@code bias [H, distances]} has for each head the distances (query's
 * position less key's) up to S − 1, from 0 or, if there are 2·S − 1, from −(S − 1) on.
 */
public final class Attention {

    private Attention() {}

    /** Row {@code (b·H + h)·T + t}; {@code normalizer} gets the log-sum-exp of its scores. */
    public static void attention(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] bias, float[] out,
            float[] normalizer, int time, int keys, int heads, int groups, int dim, int valueDim, int window, int distances,
            float scale, float cap) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int query = ((b * time + t) * heads + h) * dim;
            int result = ((b * time + t) * heads + h) * valueDim;
            int position = position(start, time, keys, window) + t;
            int nearest = (h + 1) * distances - keys + position; // the bias of key 0
            int begin = window > 0 ? Math.max(0, position + 1 - window) : 0;
            int end = Math.min(exist(start, b, time, keys, window), window > 0 ? position + 1 : keys);
            for (int d = 0; d < valueDim; d++) {
                out[result + d] = 0;
            }
            float max = Float.NEGATIVE_INFINITY;
            float sum = 0;
            for (int s = begin; s < end; s++) {
                int key = (b * keys + s) * groups + h / (heads / groups);
                float score = capped(dot(q, query, k, key * dim, dim) * scale, cap);
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
                    out[result + d] += p * v[key * valueDim + d];
                }
            }
            for (int d = 0; d < valueDim; d++) {
                out[result + d] *= sum == 0 ? 0 : 1 / sum;
            }
            normalizer[row] = max + (float) Math.log(sum);
        }
    }

    /**
     * Row {@code (b·H + h)·T + t}: {@code delta = Σ_e dout · out − dnormalizer}, what softmax's gradient takes off, as
     * {@code ∂score = p · (dout·v − Σ_e dout · out + dnormalizer)}.
     */
    public static void delta(int first, int count, float[] out, float[] dout, float[] dnormalizer, float[] delta, int time, int heads,
            int valueDim) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int query = ((row / time / heads * time + row % time) * heads + row / time % heads) * valueDim;
            delta[row] = dot(out, query, dout, query, valueDim) - dnormalizer[row];
        }
    }

    /** Row {@code (b·H + h)·T + t} of the gradient by q. */
    public static void queryGradient(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] bias, float[] dout,
            float[] normalizer, float[] delta, float[] dq, int time, int keys, int heads, int groups, int dim, int valueDim,
            int window, int distances, float scale, float cap) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int query = ((b * time + t) * heads + h) * dim;
            int result = ((b * time + t) * heads + h) * valueDim;
            int position = position(start, time, keys, window) + t;
            int nearest = (h + 1) * distances - keys + position;
            int begin = window > 0 ? Math.max(0, position + 1 - window) : 0;
            int end = Math.min(exist(start, b, time, keys, window), window > 0 ? position + 1 : keys);
            for (int d = 0; d < dim; d++) {
                dq[query + d] = 0;
            }
            for (int s = begin; s < end; s++) {
                int key = (b * keys + s) * groups + h / (heads / groups);
                float score = capped(dot(q, query, k, key * dim, dim) * scale, cap);
                float p = (float) Math.exp(score + (distances > 0 ? bias[nearest - s] : 0) - normalizer[row]);
                float dscore = p * (dot(dout, result, v, key * valueDim, valueDim) - delta[row]) * scale * slope(score, cap);
                for (int d = 0; d < dim; d++) {
                    dq[query + d] += dscore * k[key * dim + d];
                }
            }
        }
    }

    /** Row {@code (b·G + g)·S + s} of the gradients by k and v: sums over the heads that read key head g and the queries that see s. */
    public static void keyValueGradient(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] bias, float[] dout,
            float[] normalizer, float[] delta, float[] dk, float[] dv, int time, int keys, int heads, int groups, int dim, int valueDim,
            int window, int distances, float scale, float cap) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int s = row % keys;
            int g = row / keys % groups;
            int b = row / keys / groups;
            int key = (b * keys + s) * groups + g;
            int position = position(start, time, keys, window);
            int begin = window > 0 ? Math.max(0, s - position) : 0;
            int end = s >= exist(start, b, time, keys, window) ? 0 : window > 0 ? Math.min(time, s - position + window) : time;
            for (int d = 0; d < dim; d++) {
                dk[key * dim + d] = 0;
            }
            for (int d = 0; d < valueDim; d++) {
                dv[key * valueDim + d] = 0;
            }
            for (int h = g * (heads / groups); h < (g + 1) * (heads / groups); h++) {
                int nearest = (h + 1) * distances - keys + position - s;
                for (int t = begin; t < end; t++) {
                    int query = (b * time + t) * heads + h;
                    int at = (b * heads + h) * time + t;
                    float score = capped(dot(q, query * dim, k, key * dim, dim) * scale, cap);
                    float p = (float) Math.exp(score + (distances > 0 ? bias[nearest + t] : 0) - normalizer[at]);
                    float dscore = p * (dot(dout, query * valueDim, v, key * valueDim, valueDim) - delta[at]) * scale * slope(score, cap);
                    for (int d = 0; d < dim; d++) {
                        dk[key * dim + d] += dscore * q[query * dim + d];
                    }
                    for (int d = 0; d < valueDim; d++) {
                        dv[key * valueDim + d] += p * dout[query * valueDim + d];
                    }
                }
            }
        }
    }

    /** Row {@code (b·H + h)·distances + r} of each sequence's part of the gradient by the bias: a sum over the pairs at that distance. */
    public static void biasGradient(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] bias, float[] dout,
            float[] normalizer, float[] delta, float[] dbias, int time, int keys, int heads, int groups, int dim, int valueDim,
            int window, int distances, float scale, float cap) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int distance = row % distances - distances + keys;
            int h = row / distances % heads;
            int b = row / distances / heads;
            int exist = exist(start, b, time, keys, window);
            dbias[row] = 0;
            for (int t = 0; t < time; t++) {
                int s = position(start, time, keys, window) + t - distance;
                if (s >= 0 && s < exist && (window <= 0 || distance >= 0 && distance < window)) {
                    int query = (b * time + t) * heads + h;
                    int key = (b * keys + s) * groups + h / (heads / groups);
                    int at = (b * heads + h) * time + t;
                    float score = capped(dot(q, query * dim, k, key * dim, dim) * scale, cap);
                    float p = (float) Math.exp(score + bias[h * distances + row % distances] - normalizer[at]);
                    dbias[row] += p * (dot(dout, query * valueDim, v, key * valueDim, valueDim) - delta[at]);
                }
            }
        }
    }

    /**
     * Row {@code b·G + g} of all gradients: the heads that read key head g. A score is computed once for them all, where
     * {@link #queryGradient}, {@link #keyValueGradient} and {@link #biasGradient} compute it each but have a row for every query, every key
     * and every distance. The same bits.
     */
    public static void gradients(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] bias, float[] dout,
            float[] normalizer, float[] delta, float[] dq, float[] dk, float[] dv, float[] dbias, int time, int keys, int heads, int groups,
            int dim, int valueDim, int window, int distances, float scale, float cap) {
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
                    int position = position(start, time, keys, window) + t;
                    int nearest = distances - keys + position;
                    int begin = window > 0 ? Math.max(0, position + 1 - window) : 0;
                    int end = Math.min(exist(start, b, time, keys, window), window > 0 ? position + 1 : keys);
                    for (int d = 0; d < dim; d++) {
                        dq[query * dim + d] = 0;
                    }
                    for (int s = begin; s < end; s++) {
                        int key = (b * keys + s) * groups + g;
                        float score = capped(dot(q, query * dim, k, key * dim, dim) * scale, cap);
                        float p = (float) Math.exp(score + (distances > 0 ? bias[h * distances + nearest - s] : 0) - normalizer[at]);
                        float dscore = p * (dot(dout, query * valueDim, v, key * valueDim, valueDim) - delta[at]);
                        if (distances > 0) {
                            dbias[parts + nearest - s] += dscore;
                        }
                        dscore = dscore * scale * slope(score, cap);
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

    /** Where the first query stands. */
    public static int position(int[] start, int time, int keys, int window) {
        return window < 0 ? keys - time : start[0];
    }

    /** How many of a sequence's keys exist. */
    public static int exist(int[] start, int sequence, int time, int keys, int window) {
        return Math.min(keys, window < 0 ? start[sequence] : start[0] + time);
    }

    public static float capped(float score, float cap) {
        return cap > 0 ? cap * (float) Math.tanh(score / cap) : score;
    }

    /** The derivative of {@link #capped} where it has this value. */
    private static float slope(float capped, float cap) {
        return cap > 0 ? 1 - capped / cap * (capped / cap) : 1;
    }

    private static float dot(float[] a, int aAt, float[] b, int bAt, int dim) {
        float sum = 0;
        for (int d = 0; d < dim; d++) {
            sum += a[aAt + d] * b[bAt + d];
        }
        return sum;
    }
}
