package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;
import static patchbay.engine.cpu.vector.Vectors.exp;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Twins of {@link patchbay.kernels.RunAttention}: a query's keys are listed, then met one vector of a head at a time. What is done with a list is a method
 * that is given arrays and calls nothing with vectors but the Vector API, which is always inlined: {@link #gradients} is too large for the compiler to inline
 * everything else, and a vector that is passed on would become an object.
 */
public final class RunAttention {

    /** Holds plain arrays only: a thread must not keep a class of this bundle alive. */
    private static final ThreadLocal<int[][]> SEEN = ThreadLocal.withInitial(() -> new int[1][0]);

    /** Queries whose rows are fetched at once: few enough to stay in the first caches. */
    private static final int FETCHED = 32;
    /** Floats of a cache line. */
    private static final int LINE = 16;

    private RunAttention() {}

    public static void attention(int first, int count, float[] q, float[] k, float[] v, int[] begins, int[] ends, int[] at, int[] order,
            int[] place, float[] bias, float[] out, float[] normalizer, int from, int to, int time, int keys, int heads, int groups, int dim, int valueDim,
            int sequences, int sharers, int runs, int ordered, int distances, float scale) {
        boolean inOrder = ordered > 0 && time == keys;
        for (int i = first; i < first + count; i++) {
            int turn = i % time;
            int h = i / time % heads;
            int b = i / time / heads;
            int head = b * keys * groups + h / (heads / groups);
            int orders = ordered > 0 ? (b * heads + h) * runs * keys : -1;
            int next = orders + from * keys + turn;
            if (inOrder && (i == first || turn % FETCHED == 0)) {
                int n = Math.min(fetched(turn, time), first + count - i);
                fetch(n, order, next, q, (b * time * heads + h) * dim, heads * dim, dim);
                fetch(n, order, next, out, (b * time * heads + h) * valueDim, heads * valueDim, valueDim);
                fetch(n, order, next, k, head * dim, groups * dim, dim);
                fetch(n, order, next, v, head * valueDim, groups * valueDim, valueDim);
            }
            int t = inOrder ? order[next] : turn;
            int row = (b * heads + h) * time + t;
            int result = ((b * time + t) * heads + h) * valueDim;
            int list = ((b % sequences * sharers + h % sharers) * time + t) * runs;
            int[] seen = seen(begins, ends, list, from, to);
            int n = list(seen, begins, ends, list, from, to, order, place, orders, keys);
            var scores = Panel.workspace(padded(n) + LANES);
            scores(n, seen, q, ((b * time + t) * heads + h) * dim, k, head * dim, groups * dim, dim, scale, scores, 0, padded(n));
            addBias(n, seen, bias, h, at[b * time + t], distances, scores);
            float before = from > 0 ? normalizer[row] : Float.NEGATIVE_INFINITY;
            normalizer[row] = softmax(scores, n, before);
            keep(out, result, valueDim, before == Float.NEGATIVE_INFINITY ? 0 : (float) Math.exp(before - normalizer[row]));
            combine(n, seen, scores, 0, v, head * valueDim, groups * valueDim, valueDim, out, result);
        }
    }

    public static void gradients(int first, int count, float[] q, float[] k, float[] v, int[] begins, int[] ends, int[] at, int[] order,
            int[] place, float[] bias, float[] dout, float[] normalizer, float[] delta, float[] dq, float[] dk, float[] dv, float[] dbias,
            int time, int keys, int heads, int groups, int dim, int valueDim, int sequences, int sharers, int runs, int ordered, int distances, float scale) {
        boolean inOrder = ordered > 0 && time == keys;
        for (int group = first; group < first + count; group++) {
            int g = group % groups;
            int b = group / groups;
            int head = b * keys * groups + g;
            int keyRow = groups * dim;
            int valueRow = groups * valueDim;
            for (int s = 0; s < keys; s++) {
                Arrays.fill(dk, head * dim + s * keyRow, head * dim + s * keyRow + dim, 0);
                Arrays.fill(dv, head * valueDim + s * valueRow, head * valueDim + s * valueRow + valueDim, 0);
            }
            for (int h = g * (heads / groups); h < (g + 1) * (heads / groups); h++) {
                if (distances > 0) {
                    Arrays.fill(dbias, (b * heads + h) * distances, (b * heads + h + 1) * distances, 0);
                }
                for (int t = 0; t < time; t++) {
                    int query = ((b * time + t) * heads + h) * dim;
                    Arrays.fill(dq, query, query + dim, 0);
                }
                int orders = ordered > 0 ? (b * heads + h) * runs * keys : -1;
                for (int i = 0; i < runs * time; i++) {
                    int r = i / time;
                    int turn = i % time;
                    int next = orders + r * keys + turn;
                    if (inOrder && turn % FETCHED == 0) {
                        int n = fetched(turn, time);
                        fetch(n, order, next, q, (b * time * heads + h) * dim, heads * dim, dim);
                        fetch(n, order, next, dq, (b * time * heads + h) * dim, heads * dim, dim);
                        fetch(n, order, next, dout, (b * time * heads + h) * valueDim, heads * valueDim, valueDim);
                        fetch(n, order, next, k, head * dim, keyRow, dim);
                        fetch(n, order, next, dk, head * dim, keyRow, dim);
                        fetch(n, order, next, v, head * valueDim, valueRow, valueDim);
                        fetch(n, order, next, dv, head * valueDim, valueRow, valueDim);
                    }
                    int t = inOrder ? order[next] : turn;
                    int query = ((b * time + t) * heads + h) * dim;
                    int result = ((b * time + t) * heads + h) * valueDim;
                    int row = (b * heads + h) * time + t;
                    int list = ((b % sequences * sharers + h % sharers) * time + t) * runs;
                    int[] seen = seen(begins, ends, list, r, r + 1);
                    int n = list(seen, begins, ends, list, r, r + 1, order, place, orders, keys);
                    int derivatives = padded(n);
                    var scores = Panel.workspace(2 * derivatives + LANES);
                    scores(n, seen, q, query, k, head * dim, keyRow, dim, scale, scores, 0, 2 * derivatives);
                    addBias(n, seen, bias, h, at[b * time + t], distances, scores);
                    scores(n, seen, dout, result, v, head * valueDim, valueRow, valueDim, 1, scores, derivatives, 2 * derivatives);
                    derivatives(scores, n, derivatives, normalizer[row], delta[row]);
                    for (int j = 0; j < n && distances > 0; j++) {
                        dbias[(b * heads + h) * distances + nearest(at[b * time + t] - seen[j], distances)] += scores[derivatives + j];
                    }
                    for (int j = 0; j < n; j++) {
                        scores[derivatives + j] *= scale;
                    }
                    combine(n, seen, scores, derivatives, k, head * dim, keyRow, dim, dq, query);
                    spread(n, seen, scores, derivatives, q, query, dim, dk, head * dim, keyRow);
                    spread(n, seen, scores, 0, dout, result, valueDim, dv, head * valueDim, valueRow);
                }
            }
        }
    }

    /** How many queries are fetched with the one whose turn it is, itself included. */
    private static int fetched(int turn, int time) {
        return Math.min(time, turn / FETCHED * FETCHED + FETCHED) - turn;
    }

    /**
     * Reads a little of the rows of the n next queries, or of the keys that they add to what those before them saw: all at once, where each
     * would be waited for in its turn. The sum is stored lest nothing be read.
     */
    private static void fetch(int n, int[] order, int next, float[] rows, int rowsAt, int row, int dim) {
        float sum = 0;
        for (int i = next; i < next + n; i++) {
            int at = rowsAt + order[i] * row;
            for (int d = 0; d < dim; d += LINE) {
                sum += rows[at + d];
            }
        }
        Panel.workspace(1)[0] = sum;
    }

    /** This thread's array with room for all keys of a query in the runs from {@code from} to before {@code to}. */
    private static int[] seen(int[] begins, int[] ends, int runsAt, int from, int to) {
        int most = 0;
        for (int r = runsAt + from; r < runsAt + to; r++) {
            most += Math.max(0, ends[r] - begins[r]);
        }
        var held = SEEN.get();
        if (held[0].length < most) {
            held[0] = new int[most];
        }
        return held[0];
    }

    /**
     * Writes the keys of these runs of a query that lie in none before into {@code seen}; how many they are.
     *
     * @param orders where the orders of the query's head begin; below 0 without
     */
    private static int list(int[] seen, int[] begins, int[] ends, int runsAt, int from, int to, int[] order, int[] place, int orders, int keys) {
        int n = 0;
        for (int r = from; r < to; r++) {
            int begin = begins[runsAt + r];
            int fresh = n;
            n += Math.max(0, ends[runsAt + r] - begin);
            if (orders < 0) {
                for (int i = fresh; i < n; i++) {
                    seen[i] = begin + i - fresh;
                }
            } else {
                System.arraycopy(order, orders + r * keys + begin, seen, fresh, n - fresh);
            }
            for (int e = 0; e < r; e++) {
                n = without(seen, fresh, n, place, orders < 0 ? -1 : orders + e * keys, begins[runsAt + e], ends[runsAt + e]);
            }
        }
        return n;
    }

    /**
     * Takes those keys from number {@code from} to before {@code n} away that lie at the places from {@code begin} to before {@code end}; how many there are then.
     *
     * @param places where the keys' places in this order begin; below 0 if a key's place is its number
     */
    private static int without(int[] seen, int from, int n, int[] place, int places, int begin, int end) {
        int left = from;
        for (int i = from; i < n; i++) {
            int s = seen[i];
            int p = places < 0 ? s : place[places + s];
            seen[left] = s;
            left += p < begin || p >= end ? 1 : 0;
        }
        return left;
    }

    private static int padded(int n) {
        return Vectors.floor(n + LANES - 1);
    }

    /**
     * {@code scores[i] = scale · x · rows[seen[i]]}.
     *
     * @param partial room for a vector in {@code scores}
     */
    private static void scores(int n, int[] seen, float[] x, int xAt, float[] rows, int rowsAt, int row, int dim, float scale,
            float[] scores, int scoresAt, int partial) {
        for (int i = 0; i < n; i++) {
            scores[scoresAt + i] = scale * dot(x, xAt, rows, rowsAt + seen[i] * row, dim, scores, partial);
        }
    }

    private static float dot(float[] a, int aAt, float[] b, int bAt, int dim, float[] partial, int at) {
        int whole = Vectors.floor(dim);
        var sum = FloatVector.zero(FLOATS);
        for (int d = 0; d < whole; d += LANES) {
            sum = FloatVector.fromArray(FLOATS, a, aAt + d).fma(FloatVector.fromArray(FLOATS, b, bAt + d), sum);
        }
        if (whole < dim) {
            var lanes = FLOATS.indexInRange(whole, dim);
            sum = FloatVector.fromArray(FLOATS, a, aAt + whole, lanes).fma(FloatVector.fromArray(FLOATS, b, bAt + whole, lanes), sum);
        }
        sum.intoArray(partial, at);
        return Vectors.sum(partial, at, LANES);
    }

    private static void addBias(int n, int[] seen, float[] bias, int h, int at, int distances, float[] scores) {
        for (int i = 0; i < n && distances > 0; i++) {
            scores[i] += bias[h * distances + nearest(at - seen[i], distances)];
        }
    }

    private static int nearest(int distance, int distances) {
        return Math.max(0, Math.min(distance, distances - 1));
    }

    /**
     * Turns n scores into probabilities, and returns the log-sum-exp of all scores.
     *
     * @param before the log-sum-exp of others; −∞ if there are none
     */
    private static float softmax(float[] scores, int n, float before) {
        int end = padded(n);
        Arrays.fill(scores, n, end, Float.NEGATIVE_INFINITY);
        var most = FloatVector.broadcast(FLOATS, before);
        for (int i = 0; i < end; i += LANES) {
            most = most.max(FloatVector.fromArray(FLOATS, scores, i));
        }
        float max = most.reduceLanes(VectorOperators.MAX);
        exponentials(scores, end, max);
        float sum = Vectors.sum(scores, 0, end) + (before == Float.NEGATIVE_INFINITY ? 0 : (float) Math.exp(before - max));
        float inverse = sum == 0 ? 0 : 1 / sum;
        for (int i = 0; i < n; i++) {
            scores[i] *= inverse;
        }
        return max + (float) Math.log(sum);
    }

    /** {@code out *= share}; what it held before does not matter if that is 0. */
    private static void keep(float[] out, int outAt, int dim, float share) {
        if (share == 0) {
            Arrays.fill(out, outAt, outAt + dim, 0);
        } else if (share < 1) {
            AttentionBlock.scale(out, outAt, dim, share);
        }
    }

    /** Turns n scores into probabilities, and their gradients at {@code derivatives} into those by the scores. */
    private static void derivatives(float[] scores, int n, int derivatives, float normalizer, float delta) {
        int end = padded(n);
        Arrays.fill(scores, n, end, Float.NEGATIVE_INFINITY);
        Arrays.fill(scores, derivatives + n, derivatives + end, 0);
        exponentials(scores, end, normalizer);
        for (int i = 0; i < end; i += LANES) {
            var slope = FloatVector.fromArray(FLOATS, scores, derivatives + i).sub(delta);
            FloatVector.fromArray(FLOATS, scores, i).mul(slope).intoArray(scores, derivatives + i);
        }
    }

    /** {@code e^(score − shift)} of the first scores, whole vectors. */
    private static void exponentials(float[] scores, int end, float shift) {
        for (int i = 0; i < end; i += LANES) {
            exp(FloatVector.fromArray(FLOATS, scores, i).sub(shift)).intoArray(scores, i);
        }
    }

    /** {@code out += Σ weights[i] · rows[seen[i]]}. */
    private static void combine(int n, int[] seen, float[] weights, int weightsAt, float[] rows, int rowsAt, int row, int dim, float[] out, int outAt) {
        int d = 0;
        for (; d <= dim - 4 * LANES; d += 4 * LANES) {
            wide(n, seen, weights, weightsAt, rows, rowsAt + d, row, out, outAt + d);
        }
        for (; d < dim; d += LANES) {
            narrow(n, seen, weights, weightsAt, rows, rowsAt + d, row, Math.min(LANES, dim - d), out, outAt + d);
        }
    }

    private static void wide(int n, int[] seen, float[] weights, int weightsAt, float[] rows, int rowsAt, int row, float[] out, int outAt) {
        var sum0 = FloatVector.fromArray(FLOATS, out, outAt);
        var sum1 = FloatVector.fromArray(FLOATS, out, outAt + LANES);
        var sum2 = FloatVector.fromArray(FLOATS, out, outAt + 2 * LANES);
        var sum3 = FloatVector.fromArray(FLOATS, out, outAt + 3 * LANES);
        for (int i = 0; i < n; i++) {
            var weight = FloatVector.broadcast(FLOATS, weights[weightsAt + i]);
            int y = rowsAt + seen[i] * row;
            sum0 = weight.fma(FloatVector.fromArray(FLOATS, rows, y), sum0);
            sum1 = weight.fma(FloatVector.fromArray(FLOATS, rows, y + LANES), sum1);
            sum2 = weight.fma(FloatVector.fromArray(FLOATS, rows, y + 2 * LANES), sum2);
            sum3 = weight.fma(FloatVector.fromArray(FLOATS, rows, y + 3 * LANES), sum3);
        }
        sum0.intoArray(out, outAt);
        sum1.intoArray(out, outAt + LANES);
        sum2.intoArray(out, outAt + 2 * LANES);
        sum3.intoArray(out, outAt + 3 * LANES);
    }

    /** At most a vector of columns. */
    private static void narrow(int n, int[] seen, float[] weights, int weightsAt, float[] rows, int rowsAt, int row, int columns, float[] out, int outAt) {
        var lanes = FLOATS.indexInRange(0, columns);
        var sum = FloatVector.fromArray(FLOATS, out, outAt, lanes);
        for (int i = 0; i < n; i++) {
            sum = FloatVector.broadcast(FLOATS, weights[weightsAt + i]).fma(FloatVector.fromArray(FLOATS, rows, rowsAt + seen[i] * row, lanes), sum);
        }
        sum.intoArray(out, outAt, lanes);
    }

    /** {@code rows[seen[i]] += weights[i] · x}. */
    private static void spread(int n, int[] seen, float[] weights, int weightsAt, float[] x, int xAt, int dim, float[] rows, int rowsAt, int row) {
        int whole = Vectors.floor(dim);
        for (int i = 0; i < n; i++) {
            var weight = FloatVector.broadcast(FLOATS, weights[weightsAt + i]);
            int y = rowsAt + seen[i] * row;
            for (int d = 0; d < whole; d += LANES) {
                weight.fma(FloatVector.fromArray(FLOATS, x, xAt + d), FloatVector.fromArray(FLOATS, rows, y + d)).intoArray(rows, y + d);
            }
            if (whole < dim) {
                var lanes = FLOATS.indexInRange(whole, dim);
                weight.fma(FloatVector.fromArray(FLOATS, x, xAt + whole, lanes), FloatVector.fromArray(FLOATS, rows, y + whole, lanes)).intoArray(rows, y + whole, lanes);
            }
        }
    }
}
