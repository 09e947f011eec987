package patchbay.kernels;

/**
 * Attention in which each query names the keys that it sees: those at the places {@code begins … ends − 1} of each of some runs,
 * {@code [sequences, sharers, T, R]}, which are those of a head or of all, of a sequence or of all. A key that lies in several of a query's runs counts once. Nothing is stored for a pair of a query and a key.
 *
 * <p>q and its gradient are {@code [B, T, H, D]}, out and its gradient {@code [B, T, H, E]}; k {@code [B, S, G, D]}, v {@code [B, S, G, E]}, and head
 * h reads key head {@code h / (H / G)}; {@code normalizer} and {@code delta} are {@code [B, H, T]}. With {@code ordered} 1 every head has
 * an order of the keys for each run: {@code order} has the key at a place and {@code place} the place of a key, both {@code [B, H, R, S]}; with
 * 0 a key's place is its number. Of as many queries as keys, those that follow one another in a run's order are met one after another, as they see
 * much the same keys there, which then lie in the caches: such an order must hold every key.
 *
 * <p>A score is {@code scale · q·k}, and with {@code distances} above 0 a bias more: {@code bias [H, distances]} at the number {@code at [B, T]}
 * of the query among the keys less the key's, or at the nearest distance that there is.
 */
public final class RunAttention {

    private RunAttention() {}

    /**
     * Row {@code (b·H + h)·T + i}, that of query i, or of the one that is i-th by run {@code from}: what the keys in the runs from {@code from} to before
     * {@code to} add to what those in earlier ones gave, which {@code out} and {@code normalizer} hold. {@code normalizer} gets the log-sum-exp of a
     * query's scores, −∞ where no key is seen.
     */
    public static void attention(int first, int count, float[] q, float[] k, float[] v, int[] begins, int[] ends, int[] at, int[] order,
            int[] place, float[] bias, float[] out, float[] normalizer, int from, int to, int time, int keys, int heads, int groups, int dim, int valueDim,
            int sequences, int sharers, int runs, int ordered, int distances, float scale) {
        for (@Parallel int i = 0; i < count; i++) {
            int h = (first + i) / time % heads;
            int b = (first + i) / time / heads;
            int orders = (b * heads + h) * runs * keys;
            int t = query(order, orders + from * keys, (first + i) % time, time, keys, ordered);
            int row = (b * heads + h) * time + t;
            int query = ((b * time + t) * heads + h) * dim;
            int result = ((b * time + t) * heads + h) * valueDim;
            int list = ((b % sequences * sharers + h % sharers) * time + t) * runs;
            float max = Float.NEGATIVE_INFINITY;
            float sum = 0;
            if (from > 0) {
                max = normalizer[row];
                sum = max > Float.NEGATIVE_INFINITY ? 1 : 0;
            } else {
                for (int d = 0; d < valueDim; d++) {
                    out[result + d] = 0;
                }
            }
            for (int r = from; r < to; r++) {
                for (int p = begins[list + r]; p < ends[list + r]; p++) {
                    int s = key(order, orders + r * keys, p, ordered);
                    if (before(place, orders, begins, ends, list, r, s, keys, ordered) == 0) {
                        int key = (b * keys + s) * groups + h / (heads / groups);
                        float score = dot(q, query, k, key * dim, dim) * scale + biasOf(bias, h, at[b * time + t] - s, distances);
                        if (score > max) {
                            float shrink = (float) Math.exp(max - score);
                            for (int d = 0; d < valueDim; d++) {
                                out[result + d] *= shrink;
                            }
                            sum *= shrink;
                            max = score;
                        }
                        float weight = (float) Math.exp(score - max);
                        sum += weight;
                        for (int d = 0; d < valueDim; d++) {
                            out[result + d] += weight * v[key * valueDim + d];
                        }
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
     * Row {@code b·G + g} of all gradients: the heads that read key head g, one run after another, and in it one query after another.
     * {@code dbias [B, H, distances]} has a part for each sequence.
     */
    public static void gradients(int first, int count, float[] q, float[] k, float[] v, int[] begins, int[] ends, int[] at, int[] order,
            int[] place, float[] bias, float[] dout, float[] normalizer, float[] delta, float[] dq, float[] dk, float[] dv, float[] dbias,
            int time, int keys, int heads, int groups, int dim, int valueDim, int sequences, int sharers, int runs, int ordered, int distances, float scale) {
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
                int orders = (b * heads + h) * runs * keys;
                for (int c = 0; c < distances; c++) {
                    dbias[(b * heads + h) * distances + c] = 0;
                }
                for (int t = 0; t < time; t++) {
                    for (int d = 0; d < dim; d++) {
                        dq[((b * time + t) * heads + h) * dim + d] = 0;
                    }
                }
                for (int r = 0; r < runs; r++) {
                    for (int j = 0; j < time; j++) {
                        int t = query(order, orders + r * keys, j, time, keys, ordered);
                        int query = (b * time + t) * heads + h;
                        int row = (b * heads + h) * time + t;
                        int list = ((b % sequences * sharers + h % sharers) * time + t) * runs;
                        for (int p = begins[list + r]; p < ends[list + r]; p++) {
                            int s = key(order, orders + r * keys, p, ordered);
                            if (before(place, orders, begins, ends, list, r, s, keys, ordered) == 0) {
                                int key = (b * keys + s) * groups + g;
                                int distance = at[b * time + t] - s;
                                float score = dot(q, query * dim, k, key * dim, dim) * scale + biasOf(bias, h, distance, distances);
                                float weight = (float) Math.exp(score - normalizer[row]);
                                float dscore = weight * (dot(dout, query * valueDim, v, key * valueDim, valueDim) - delta[row]);
                                if (distances > 0) {
                                    dbias[(b * heads + h) * distances + nearest(distance, distances)] += dscore;
                                }
                                dscore = dscore * scale;
                                for (int d = 0; d < dim; d++) {
                                    dq[query * dim + d] += dscore * k[key * dim + d];
                                    dk[key * dim + d] += dscore * q[query * dim + d];
                                }
                                for (int d = 0; d < valueDim; d++) {
                                    dv[key * valueDim + d] += weight * dout[query * valueDim + d];
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /** Which query is the i-th of a head where those in a run's order follow one another. */
    private static int query(int[] order, int orderAt, int i, int time, int keys, int ordered) {
        int query = i;
        if (ordered > 0 && time == keys) {
            query = order[orderAt + i];
        }
        return query;
    }

    private static int key(int[] order, int orderAt, int place, int ordered) {
        int key = place;
        if (ordered > 0) {
            key = order[orderAt + place];
        }
        return key;
    }

    /** In how many of the runs before run {@code r} key {@code s} lies. */
    private static int before(int[] place, int orders, int[] begins, int[] ends, int runsAt, int r, int s, int keys, int ordered) {
        int seen = 0;
        for (int e = 0; e < r; e++) {
            int p = key(place, orders + e * keys, s, ordered);
            seen += (p >= begins[runsAt + e] ? 1 : 0) * (p < ends[runsAt + e] ? 1 : 0);
        }
        return seen;
    }

    private static float biasOf(float[] bias, int h, int distance, int distances) {
        float added = 0;
        if (distances > 0) {
            added = bias[h * distances + nearest(distance, distances)];
        }
        return added;
    }

    private static int nearest(int distance, int distances) {
        return Math.max(0, Math.min(distance, distances - 1));
    }

    private static float dot(float[] a, int aAt, float[] b, int bAt, int dim) {
        float sum = 0;
        for (int d = 0; d < dim; d++) {
            sum += a[aAt + d] * b[bAt + d];
        }
        return sum;
    }
}
