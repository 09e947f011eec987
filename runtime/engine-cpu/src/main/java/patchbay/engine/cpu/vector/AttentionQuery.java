package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.before;
import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;
import static patchbay.engine.cpu.vector.Vectors.exp;
import static patchbay.kernels.Attention.exist;
import static patchbay.kernels.Attention.position;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Attention of one query by itself, its scores along the keys: for queries that are too few to share the keys, as in decoding, or that each see
 * others. Every element is one chain of fused additions, whatever else is computed at the same time.
 */
final class AttentionQuery {

    /** Chains that a loop runs at a time, to hide how long an addition takes. */
    private static final int CHAINS = 4;

    private AttentionQuery() {}

    /** {@link Attention#attention} for a few queries. */
    static void attention(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] bias, float[] out, float[] normalizer,
            int time, int keys, int heads, int groups, int dim, int valueDim, int window, int distances, float scale, float cap) {
        int from = position(start, time, keys, window);
        var scores = Panel.workspace(Panel.width(window < 0 ? keys : exist(start, 0, time, keys, window)));
        for (int row = first; row < first + count; row++) {
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int exist = exist(start, b, time, keys, window);
            int begin = Attention.begin(from + t, window);
            int seen = (window > 0 ? Math.min(exist, from + t + 1) : exist) - begin;
            int head = (b * keys + begin) * groups + h / (heads / groups);
            int query = ((b * time + t) * heads + h) * dim;
            int result = ((b * time + t) * heads + h) * valueDim;
            dots(q, query, k, head * dim, groups * dim, seen, dim, scores, 0);
            scores(scores, seen, scale, cap, bias, (h + 1) * distances - keys + from + t - begin, distances);
            normalizer[row] = softmax(scores, 0, seen);
            Arrays.fill(out, result, result + valueDim, 0);
            add(scores, 0, seen, v, head * valueDim, groups * valueDim, valueDim, out, result);
        }
    }

    /** From the products of a query to its scores; {@code nearest} is the place of the first key's bias. */
    static void scores(float[] products, int seen, float scale, float cap, float[] bias, int nearest, int distances) {
        for (int s = 0; s < seen; s++) {
            products[s] *= scale;
        }
        for (int s = 0; s < seen && cap > 0; s++) {
            products[s] = cap * (float) Math.tanh(products[s] / cap);
        }
        for (int s = 0; s < seen && distances > 0; s++) {
            products[s] += bias[nearest - s];
        }
    }

    /** {@code scores[s] = q · k[s]} for {@code count} keys. */
    static void dots(float[] q, int qAt, float[] k, int kAt, int kRow, int count, int dim, float[] scores, int at) {
        int s = 0;
        for (; s <= count - CHAINS; s += CHAINS) {
            four(q, qAt, k, kAt + s * kRow, kRow, dim, scores, at + s);
        }
        for (; s < count; s++) {
            scores[at + s] = dot(q, qAt, k, kAt + s * kRow, dim);
        }
    }

    private static void four(float[] q, int qAt, float[] k, int k0, int kRow, int dim, float[] scores, int at) {
        int k1 = k0 + kRow;
        int k2 = k1 + kRow;
        int k3 = k2 + kRow;
        var sum0 = FloatVector.zero(FLOATS);
        var sum1 = sum0;
        var sum2 = sum0;
        var sum3 = sum0;
        int d = 0;
        for (; d <= dim - LANES; d += LANES) {
            var x = load(q, qAt + d);
            sum0 = x.fma(load(k, k0 + d), sum0);
            sum1 = x.fma(load(k, k1 + d), sum1);
            sum2 = x.fma(load(k, k2 + d), sum2);
            sum3 = x.fma(load(k, k3 + d), sum3);
        }
        if (d < dim) {
            var lanes = before(d, dim);
            var x = load(q, qAt + d, lanes);
            sum0 = x.fma(load(k, k0 + d, lanes), sum0);
            sum1 = x.fma(load(k, k1 + d, lanes), sum1);
            sum2 = x.fma(load(k, k2 + d, lanes), sum2);
            sum3 = x.fma(load(k, k3 + d, lanes), sum3);
        }
        scores[at] = Vectors.sum(sum0);
        scores[at + 1] = Vectors.sum(sum1);
        scores[at + 2] = Vectors.sum(sum2);
        scores[at + 3] = Vectors.sum(sum3);
    }

    static float dot(float[] a, int aAt, float[] b, int bAt, int dim) {
        var total = FloatVector.zero(FLOATS);
        int d = 0;
        for (; d <= dim - LANES; d += LANES) {
            total = load(a, aAt + d).fma(load(b, bAt + d), total);
        }
        if (d < dim) {
            var lanes = before(d, dim);
            total = load(a, aAt + d, lanes).fma(load(b, bAt + d, lanes), total);
        }
        return Vectors.sum(total);
    }

    /**
     * Turns the scores before {@code end} into probabilities and returns the log-sum-exp. What lies between the end and the
     * end of its vector becomes 0: with masked vectors the method would be larger than what the compiler inlines.
     */
    static float softmax(float[] scores, int at, int end) {
        int padded = Vectors.floor(end + LANES - 1);
        Arrays.fill(scores, at + end, at + padded, Float.NEGATIVE_INFINITY);
        var most = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        for (int s = 0; s < padded; s += LANES) {
            most = most.max(load(scores, at + s));
        }
        float max = most.reduceLanes(VectorOperators.MAX);
        for (int s = 0; s < padded; s += LANES) {
            exp(load(scores, at + s).sub(max)).intoArray(scores, at + s);
        }
        float sum = Vectors.sum(scores, at, padded);
        float inverse = sum == 0 ? 0 : 1 / sum;
        for (int s = 0; s < end; s++) {
            scores[at + s] *= inverse;
        }
        return max + (float) Math.log(sum);
    }

    /** {@code out += Σ_s p[s] · rows[s]} over {@code count} rows. */
    static void add(float[] p, int pAt, int count, float[] rows, int at, int row, int dim, float[] out, int outAt) {
        int d = 0;
        for (; d <= dim - CHAINS * LANES; d += CHAINS * LANES) {
            addWide(p, pAt, count, rows, at + d, row, out, outAt + d);
        }
        for (; d < dim; d += LANES) {
            var lanes = before(d, dim);
            var sum = load(out, outAt + d, lanes);
            for (int s = 0; s < count; s++) {
                sum = FloatVector.broadcast(FLOATS, p[pAt + s]).fma(load(rows, at + s * row + d, lanes), sum);
            }
            sum.intoArray(out, outAt + d, lanes);
        }
    }

    private static void addWide(float[] p, int pAt, int count, float[] rows, int at, int row, float[] out, int outAt) {
        var sum0 = load(out, outAt);
        var sum1 = load(out, outAt + LANES);
        var sum2 = load(out, outAt + 2 * LANES);
        var sum3 = load(out, outAt + 3 * LANES);
        for (int s = 0, i = at; s < count; s++, i += row) {
            var weight = FloatVector.broadcast(FLOATS, p[pAt + s]);
            sum0 = weight.fma(load(rows, i), sum0);
            sum1 = weight.fma(load(rows, i + LANES), sum1);
            sum2 = weight.fma(load(rows, i + 2 * LANES), sum2);
            sum3 = weight.fma(load(rows, i + 3 * LANES), sum3);
        }
        sum0.intoArray(out, outAt);
        sum1.intoArray(out, outAt + LANES);
        sum2.intoArray(out, outAt + 2 * LANES);
        sum3.intoArray(out, outAt + 3 * LANES);
    }

    /** {@code rows[s] += p[s] · x} for {@code count} rows: the gradient of {@link #add} and of {@link #dots} by the rows. */
    static void spread(float[] p, int pAt, int count, float[] x, int xAt, int dim, float[] rows, int at, int row) {
        int d = 0;
        for (; d <= dim - 2 * LANES; d += 2 * LANES) {
            var left = load(x, xAt + d);
            var right = load(x, xAt + d + LANES);
            for (int s = 0, i = at + d; s < count; s++, i += row) {
                var weight = FloatVector.broadcast(FLOATS, p[pAt + s]);
                weight.fma(left, load(rows, i)).intoArray(rows, i);
                weight.fma(right, load(rows, i + LANES)).intoArray(rows, i + LANES);
            }
        }
        for (; d < dim; d += LANES) {
            var lanes = before(d, dim);
            var part = load(x, xAt + d, lanes);
            for (int s = 0, i = at + d; s < count; s++, i += row) {
                FloatVector.broadcast(FLOATS, p[pAt + s]).fma(part, load(rows, i, lanes)).intoArray(rows, i, lanes);
            }
        }
    }
}
