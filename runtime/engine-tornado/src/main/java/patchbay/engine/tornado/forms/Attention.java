package patchbay.engine.tornado.forms;

import patchbay.kernels.Parallel;

/**
 * {@link patchbay.kernels.Attention#attention} for few queries and many keys, as in decoding: {@code shares} threads attend to as many
 * neighbouring parts of the keys that a query sees, and what they find is joined by its log-sum-exp, as in Flash-Decoding (Dao et al. 2023).
 */
public final class Attention {

    private Attention() {}

    /**
     * Row r of a launch is share {@code r % shares} of query {@code r / shares}: {@code results [rows, shares, valueDim]} and
     * {@code normalizers [rows, shares]} get what attention to those keys alone yields; to none 0 and −∞.
     */
    public static void shares(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] bias, float[] results,
            float[] normalizers, int time, int keys, int heads, int groups, int dim, int valueDim, int window, int distances,
            float scale, float cap, int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / shares;
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int query = ((b * time + t) * heads + h) * dim;
            int result = (first + i) * valueDim;
            int nearest = (h + 1) * distances - keys + start[0] + t; // the bias of key 0
            int from = window > 0 ? Math.max(0, start[0] + t + 1 - window) : 0;
            int to = Math.min(keys, window > 0 ? start[0] + t + 1 : start[0] + time);
            int length = (Math.max(to - from, 0) + shares - 1) / shares;
            int begin = from + (first + i) % shares * length;
            int end = Math.min(to, begin + length);
            for (int d = 0; d < valueDim; d++) {
                results[result + d] = 0;
            }
            float max = Float.NEGATIVE_INFINITY;
            float sum = 0;
            for (int s = begin; s < end; s++) {
                int key = (b * keys + s) * groups + h / (heads / groups);
                float score = 0;
                for (int d = 0; d < dim; d++) {
                    score += q[query + d] * k[key * dim + d];
                }
                score = score * scale;
                if (cap > 0) {
                    score = cap * (float) Math.tanh(score / cap);
                }
                if (distances > 0) {
                    score += bias[nearest - s];
                }
                if (score > max) {
                    float shrink = (float) Math.exp(max - score);
                    for (int d = 0; d < valueDim; d++) {
                        results[result + d] *= shrink;
                    }
                    sum *= shrink;
                    max = score;
                }
                float p = (float) Math.exp(score - max);
                sum += p;
                for (int d = 0; d < valueDim; d++) {
                    results[result + d] += p * v[key * valueDim + d];
                }
            }
            float factor = sum == 0 ? 0 : 1 / sum;
            for (int d = 0; d < valueDim; d++) {
                results[result + d] *= factor;
            }
            normalizers[first + i] = max + (float) Math.log(sum);
        }
    }

    /** Row r of a launch is element {@code r % valueDim} of query {@code r / valueDim}. */
    public static void join(int first, int count, float[] results, float[] normalizers, float[] out, float[] normalizer, int time, int heads,
            int valueDim, int shares) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = (first + i) / valueDim;
            int d = (first + i) % valueDim;
            float max = Float.NEGATIVE_INFINITY;
            for (int s = 0; s < shares; s++) {
                max = Math.max(max, normalizers[row * shares + s]);
            }
            float shift = max == Float.NEGATIVE_INFINITY ? 0 : max;
            float sum = 0;
            float result = 0;
            for (int s = 0; s < shares; s++) {
                float weight = (float) Math.exp(normalizers[row * shares + s] - shift);
                sum += weight;
                result += weight * results[(row * shares + s) * valueDim + d];
            }
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            out[((b * time + t) * heads + h) * valueDim + d] = sum == 0 ? 0 : result / sum;
            if (d == 0) {
                normalizer[row] = shift + (float) Math.log(sum);
            }
        }
    }
}
