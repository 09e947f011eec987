package patchbay.engine.tornado.forms;

import patchbay.kernels.Parallel;

/**
 * {@link patchbay.kernels.RangedAttention#gradients} with a thread a query, a key and a distance, where the plain kernel has one a key head: what
 * sees a key is found in the lists of all queries, which is as many comparisons as there are pairs and spans, but of whole numbers, and
 * shared by all threads.
 */
public final class RangedAttention {

    private RangedAttention() {}

    /** Row {@code (b·H + h)·T + t} of the gradient by q. */
    public static void queryGradient(int first, int count, float[] q, float[] k, float[] v, int[] ranges, int[] start, float[] bias, float[] dout,
            float[] normalizer, float[] delta, float[] dq, int time, int keys, int heads, int groups, int dim, int valueDim, int sequences,
            int sharers, int spans, int distances, float scale) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int g = h / (heads / groups);
            int query = (b * time + t) * heads + h;
            int list = ((b % sequences * time + t) * sharers + g % sharers) * spans * 2;
            for (int d = 0; d < dim; d++) {
                dq[query * dim + d] = 0;
            }
            for (int span = 0; span < spans; span++) {
                for (int s = ranges[list + 2 * span]; s < ranges[list + 2 * span + 1]; s++) {
                    int key = (b * keys + s) * groups + g;
                    float p = probability(q, query, k, key, bias, h * distances + start[0] + t - s, distances, normalizer[row], dim, scale);
                    float dscore = p * (dot(dout, query, v, key, valueDim) - delta[row]) * scale;
                    for (int d = 0; d < dim; d++) {
                        dq[query * dim + d] += dscore * k[key * dim + d];
                    }
                }
            }
        }
    }

    /** Row {@code (b·G + g)·S + s} of the gradients by k and v. */
    public static void keyValueGradient(int first, int count, float[] q, float[] k, float[] v, int[] ranges, int[] start, float[] bias, float[] dout,
            float[] normalizer, float[] delta, float[] dk, float[] dv, int time, int keys, int heads, int groups, int dim, int valueDim,
            int sequences, int sharers, int spans, int distances, float scale) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int s = row % keys;
            int g = row / keys % groups;
            int b = row / keys / groups;
            int key = (b * keys + s) * groups + g;
            for (int d = 0; d < dim; d++) {
                dk[key * dim + d] = 0;
            }
            for (int d = 0; d < valueDim; d++) {
                dv[key * valueDim + d] = 0;
            }
            for (int t = 0; t < time; t++) {
                int list = ((b % sequences * time + t) * sharers + g % sharers) * spans * 2;
                if (sees(ranges, list, spans, s) > 0) {
                    for (int h = g * (heads / groups); h < (g + 1) * (heads / groups); h++) {
                        int query = (b * time + t) * heads + h;
                        int at = (b * heads + h) * time + t;
                        float p = probability(q, query, k, key, bias, h * distances + start[0] + t - s, distances, normalizer[at], dim, scale);
                        float dscore = p * (dot(dout, query, v, key, valueDim) - delta[at]) * scale;
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
    }

    /** Row {@code (b·H + h)·distances + r} of each sequence's part of the gradient by the bias. */
    public static void biasGradient(int first, int count, float[] q, float[] k, float[] v, int[] ranges, int[] start, float[] bias, float[] dout,
            float[] normalizer, float[] delta, float[] dbias, int time, int keys, int heads, int groups, int dim, int valueDim, int sequences,
            int sharers, int spans, int distances, float scale) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int distance = row % distances;
            int h = row / distances % heads;
            int b = row / distances / heads;
            int g = h / (heads / groups);
            float sum = 0;
            for (int t = 0; t < time; t++) {
                int s = start[0] + t - distance;
                int list = ((b % sequences * time + t) * sharers + g % sharers) * spans * 2;
                if (sees(ranges, list, spans, s) > 0) {
                    int query = (b * time + t) * heads + h;
                    int key = (b * keys + s) * groups + g;
                    int at = (b * heads + h) * time + t;
                    float p = probability(q, query, k, key, bias, row % (heads * distances), distances, normalizer[at], dim, scale);
                    sum += p * (dot(dout, query, v, key, valueDim) - delta[at]);
                }
            }
            dbias[row] = sum;
        }
    }

    /** In how many spans of the list key s lies. */
    private static int sees(int[] ranges, int list, int spans, int s) {
        int found = 0;
        for (int span = 0; span < spans; span++) {
            found += (s >= ranges[list + 2 * span] ? 1 : 0) * (s < ranges[list + 2 * span + 1] ? 1 : 0);
        }
        return found;
    }

    private static float probability(float[] q, int query, float[] k, int key, float[] bias, int biasAt, int distances, float normalizer, int dim,
            float scale) {
        float score = dot(q, query, k, key, dim) * scale;
        if (distances > 0) {
            score += bias[biasAt];
        }
        return (float) Math.exp(score - normalizer);
    }

    /** Of row {@code x} of a and row {@code y} of b. */
    private static float dot(float[] a, int x, float[] b, int y, int dim) {
        float sum = 0;
        for (int d = 0; d < dim; d++) {
            sum += a[x * dim + d] * b[y * dim + d];
        }
        return sum;
    }
}
