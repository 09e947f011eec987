package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.AttentionBlock.KEYS;
import static patchbay.engine.cpu.vector.AttentionBlock.QUERIES;
import static patchbay.engine.cpu.vector.AttentionTile.ROWS;
import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.LANES;
import static patchbay.engine.cpu.vector.Vectors.exp;

import java.util.Arrays;
import jdk.incubator.vector.VectorOperators;

/**
 * Twins of {@link patchbay.kernels.RangedAttention}. Neighbouring queries with much the same list meet their keys
 * together ({@link AttentionBlock}); others do by themselves ({@link AttentionQuery}). Which way a query goes depends on the lists
 * alone, or its bits would depend on the range.
 */
public final class RangedAttention {

    /** From so many queries on it pays to transpose them. */
    private static final int WORTH_BLOCKS = 8;

    private static final float GONE = -1e30f;

    private RangedAttention() {}

    /**
     * What does not change in a call.
     *
     * @param list numbers between the lists of a query and the next
     */
    private record Call(float[] q, float[] k, float[] v, int[] ranges, int time, int keys, int heads, int groups, int dim, int valueDim, int list,
            int spans, float scale) {

        /** Where the list of the first query of a sequence and key head is. */
        static int lists(int b, int g, int time, int sequences, int sharers, int spans) {
            return (b % sequences * time * sharers + g % sharers) * spans * 2;
        }

        /**
         * Whether the queries of t's block go together: whether there are enough of them, and all keys that lie between the first and the last of a
         * span that any of them sees are not many more than one sees.
         */
        boolean together(int lists, int t) {
            int from = t / QUERIES * QUERIES;
            int until = until(t);
            if (until - from < WORTH_BLOCKS) {
                return false;
            }
            int most = 0;
            for (int query = from; query < until; query++) {
                most = Math.max(most, seen(lists + query * list));
            }
            int all = 0;
            for (int span = 0; span < 2 * spans && all <= 2 * most; span += 2) {
                all += Math.max(0, last(lists + span, from, until) - first(lists + span, from, until));
            }
            return most > 0 && all <= 2 * most;
        }

        /** The query behind the last of t's block. */
        int until(int t) {
            return Math.min(time, t / QUERIES * QUERIES + QUERIES);
        }

        /** The first key of a span that one of these queries sees. */
        int first(int span, int from, int until) {
            int first = Integer.MAX_VALUE;
            for (int at = span + from * list; at < span + until * list; at += list) {
                first = ranges[at] < ranges[at + 1] ? Math.min(first, ranges[at]) : first;
            }
            return first;
        }

        /** The key behind the last of them. */
        int last(int span, int from, int until) {
            int last = 0;
            for (int at = span + from * list; at < span + until * list; at += list) {
                last = ranges[at] < ranges[at + 1] ? Math.max(last, ranges[at + 1]) : last;
            }
            return last;
        }

        /**
         * Scores of what a lane does not see become very small: not −∞, as a lane may have nothing in a block, and what that adds is shrunk to
         * nothing by the next. Lane i's query has the list that lies i lists behind {@code span}; {@code limits} is room for two numbers a lane.
         */
        void mask(int span, int queries, int key, int here, float[] workspace, int scores, int limits) {
            boolean open = true;
            for (int i = 0; i < queries; i++) {
                int from = ranges[span + i * list];
                int to = ranges[span + i * list + 1];
                workspace[limits + i] = from - key;
                workspace[limits + QUERIES + i] = to - key;
                open &= from <= key && to >= key + here;
            }
            for (int half = 0; half < QUERIES && !open; half += LANES) {
                var from = load(workspace, limits + half);
                var to = load(workspace, limits + QUERIES + half);
                for (int s = 0; s < here; s++) {
                    int at = scores + s * QUERIES + half;
                    load(workspace, at).blend(GONE, from.compare(VectorOperators.GT, (float) s).or(to.compare(VectorOperators.LE, (float) s))).intoArray(workspace, at);
                }
            }
        }

        int seen(int at) {
            int seen = 0;
            for (int span = at; span < at + 2 * spans; span += 2) {
                seen += Math.max(0, ranges[span + 1] - ranges[span]);
            }
            return seen;
        }

        /** {@code to[s] = x · rows[s]} over all keys of the list at {@code at}, one behind the other. */
        void dots(float[] x, int xAt, float[] rows, int head, int width, int at, float[] to, int toAt) {
            for (int span = at; span < at + 2 * spans; span += 2) {
                int length = Math.max(0, ranges[span + 1] - ranges[span]);
                AttentionQuery.dots(x, xAt, rows, (head + ranges[span] * groups) * width, groups * width, length, width, to, toAt);
                toAt += length;
            }
        }

        /** {@code out += Σ_s p[s] · rows[s]} over the same. */
        void add(float[] p, int pAt, float[] rows, int head, int width, int at, float[] out, int outAt) {
            for (int span = at; span < at + 2 * spans; span += 2) {
                int length = Math.max(0, ranges[span + 1] - ranges[span]);
                AttentionQuery.add(p, pAt, length, rows, (head + ranges[span] * groups) * width, groups * width, width, out, outAt);
                pAt += length;
            }
        }

        /** {@code rows[s] += p[s] · x} over the same. */
        void spread(float[] p, int pAt, float[] x, int xAt, float[] rows, int head, int width, int at) {
            for (int span = at; span < at + 2 * spans; span += 2) {
                int length = Math.max(0, ranges[span + 1] - ranges[span]);
                AttentionQuery.spread(p, pAt, length, x, xAt, width, rows, (head + ranges[span] * groups) * width, groups * width);
                pAt += length;
            }
        }

        /** {@code scores · scale}, and the bias by distance if there is one. */
        void biased(float[] scores, int seen, int at, float[] bias, int nearest, int distances) {
            for (int s = 0; s < seen; s++) {
                scores[s] *= scale;
            }
            int s = 0;
            for (int span = at; distances > 0 && span < at + 2 * spans; span += 2) {
                for (int key = ranges[span]; key < ranges[span + 1]; key++) {
                    scores[s++] += bias[nearest - key];
                }
            }
        }
    }

    public static void attention(int first, int count, float[] q, float[] k, float[] v, int[] ranges, int[] start, float[] bias,
            float[] out, float[] normalizer, int time, int keys, int heads, int groups, int dim, int valueDim, int sequences, int sharers,
            int spans, int distances, float scale) {
        var call = new Call(q, k, v, ranges, time, keys, heads, groups, dim, valueDim, sharers * spans * 2, spans, scale);
        for (int row = first; row < first + count;) {
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int g = h / (heads / groups);
            int lists = Call.lists(b, g, time, sequences, sharers, spans);
            int head = b * keys * groups + g;
            if (distances == 0 && call.together(lists, t)) {
                int queries = Math.min(call.until(t) - t, first + count - row);
                block(call, queries, t, (b * time + t) * heads + h, head, lists, out, normalizer, row);
                row += queries;
            } else {
                int query = (b * time + t) * heads + h;
                int list = lists + t * call.list;
                int seen = call.seen(list);
                var scores = Panel.workspace(Panel.width(seen));
                call.dots(q, query * dim, k, head, dim, list, scores, 0);
                call.biased(scores, seen, list, bias, h * distances + start[0] + t, distances);
                normalizer[row] = AttentionQuery.softmax(scores, 0, seen);
                Arrays.fill(out, query * valueDim, (query + 1) * valueDim, 0);
                call.add(scores, 0, v, head, valueDim, list, out, query * valueDim);
                row++;
            }
        }
    }

    /** Queries of one head, which go together: from t on, number {@code query} of all heads. */
    private static void block(Call call, int queries, int t, int query, int head, int lists, float[] out, float[] normalizer, int row) {
        int dim = call.dim;
        int valueDim = call.valueDim;
        int resultRow = call.heads * valueDim;
        int result = query * valueDim;
        int scores = dim * QUERIES;
        int max = scores + KEYS * QUERIES;
        int sum = max + QUERIES;
        int shrink = sum + QUERIES;
        int limits = shrink + QUERIES;
        var workspace = Panel.workspace(limits + 2 * QUERIES);
        int from = t / QUERIES * QUERIES; // blocks of keys begin where they do for the whole block of queries, or bits would depend on the range
        AttentionBlock.transpose(call.q, query * dim, call.heads * dim, queries, dim, call.scale, workspace, 0);
        Arrays.fill(workspace, max, max + QUERIES, Float.NEGATIVE_INFINITY);
        Arrays.fill(workspace, sum, sum + QUERIES, 0);
        for (int i = 0; i < queries; i++) {
            Arrays.fill(out, result + i * resultRow, result + i * resultRow + valueDim, 0);
        }
        for (int span = lists; span < lists + 2 * call.spans; span += 2) {
            int end = call.last(span, from, call.until(t));
            for (int key = call.first(span, from, call.until(t)); key < end; key += KEYS) {
                int here = Math.min(KEYS, end - key);
                AttentionBlock.products(call.k, (head + key * call.groups) * dim, call.groups * dim, here, dim, workspace, 0, scores);
                call.mask(span + t * call.list, queries, key, here, workspace, scores, limits);
                AttentionBlock.exponentials(workspace, scores, here, max, sum, shrink);
                for (int i = 0; i < queries; i += ROWS) {
                    int rows = Math.min(ROWS, queries - i);
                    for (int r = i; r < i + rows; r++) {
                        AttentionBlock.scale(out, result + r * resultRow, valueDim, workspace[shrink + r]);
                    }
                    AttentionTile.add(rows, here, workspace, scores + i, 1, QUERIES, call.v, (head + key * call.groups) * valueDim,
                            call.groups * valueDim, valueDim, out, result + i * resultRow, resultRow);
                }
            }
        }
        for (int i = 0; i < queries; i++) {
            float total = workspace[max + i] <= GONE ? 0 : workspace[sum + i]; // a query may see nothing
            AttentionBlock.scale(out, result + i * resultRow, valueDim, total == 0 ? 0 : 1 / total);
            normalizer[row + i] = total == 0 ? Float.NEGATIVE_INFINITY : workspace[max + i] + (float) Math.log(total);
        }
    }

    public static void gradients(int first, int count, float[] q, float[] k, float[] v, int[] ranges, int[] start, float[] bias, float[] dout,
            float[] normalizer, float[] delta, float[] dq, float[] dk, float[] dv, float[] dbias, int time, int keys, int heads, int groups,
            int dim, int valueDim, int sequences, int sharers, int spans, int distances, float scale) {
        var call = new Call(q, k, v, ranges, time, keys, heads, groups, dim, valueDim, sharers * spans * 2, spans, scale);
        for (int row = first; row < first + count; row++) {
            int g = row % groups;
            int b = row / groups;
            int head = b * keys * groups + g;
            int lists = Call.lists(b, g, time, sequences, sharers, spans);
            for (int key = head; key < head + keys * groups; key += groups) {
                Arrays.fill(dk, key * dim, (key + 1) * dim, 0);
                Arrays.fill(dv, key * valueDim, (key + 1) * valueDim, 0);
            }
            for (int h = g * (heads / groups); h < (g + 1) * (heads / groups); h++) {
                int parts = (b * heads + h) * distances;
                if (distances > 0) {
                    Arrays.fill(dbias, parts, parts + distances, 0);
                }
                for (int t = 0; t < time;) {
                    int query = (b * time + t) * heads + h;
                    int sums = (b * heads + h) * time + t;
                    int list = lists + t * call.list;
                    if (distances == 0 && call.together(lists, t)) {
                        int queries = call.until(t) - t;
                        blockGradients(call, queries, t, query, head, lists, dout, normalizer, delta, sums, dq, dk, dv);
                        t += queries;
                    } else {
                        queryGradients(call, query, head, list, bias, h * distances, start[0] + t, distances, dout, normalizer[sums], delta[sums], dq, dk,
                                dv, dbias, parts);
                        t++;
                    }
                }
            }
        }
    }

    private static void queryGradients(Call call, int query, int head, int list, float[] bias, int biases, int position, int distances,
            float[] dout, float normalizer, float delta, float[] dq, float[] dk, float[] dv, float[] dbias, int parts) {
        int dim = call.dim;
        int valueDim = call.valueDim;
        int seen = call.seen(list);
        int derivatives = Panel.width(seen);
        var workspace = Panel.workspace(2 * derivatives);
        call.dots(call.q, query * dim, call.k, head, dim, list, workspace, 0);
        call.biased(workspace, seen, list, bias, biases + position, distances);
        call.dots(dout, query * valueDim, call.v, head, valueDim, list, workspace, derivatives);
        for (int s = 0; s < seen; s += LANES) { // to the end of the last vector: what lies behind the last key is not used
            var p = exp(load(workspace, s).sub(normalizer));
            p.intoArray(workspace, s);
            p.mul(load(workspace, derivatives + s).sub(delta)).intoArray(workspace, derivatives + s);
        }
        int s = derivatives;
        for (int span = list; distances > 0 && span < list + 2 * call.spans; span += 2) {
            for (int key = call.ranges[span]; key < call.ranges[span + 1]; key++) {
                dbias[parts + position - key] += workspace[s++];
            }
        }
        AttentionBlock.scale(workspace, derivatives, seen, call.scale);
        Arrays.fill(dq, query * dim, (query + 1) * dim, 0);
        call.add(workspace, derivatives, call.k, head, dim, list, dq, query * dim);
        call.spread(workspace, derivatives, call.q, query * dim, dk, head, dim, list);
        call.spread(workspace, 0, dout, query * valueDim, dv, head, valueDim, list);
    }

    private static void blockGradients(Call call, int queries, int t, int query, int head, int lists, float[] dout, float[] normalizer,
            float[] delta, int sums, float[] dq, float[] dk, float[] dv) {
        int dim = call.dim;
        int valueDim = call.valueDim;
        int queryRow = call.heads * dim;
        int resultRow = call.heads * valueDim;
        int outputs = dim * QUERIES;
        int scores = outputs + valueDim * QUERIES;
        int dscores = scores + KEYS * QUERIES;
        int shift = dscores + KEYS * QUERIES;
        int taken = shift + QUERIES;
        int limits = taken + QUERIES;
        var workspace = Panel.workspace(limits + 2 * QUERIES);
        AttentionBlock.transpose(call.q, query * dim, queryRow, queries, dim, call.scale, workspace, 0);
        AttentionBlock.transpose(dout, query * valueDim, resultRow, queries, valueDim, 1, workspace, outputs);
        for (int i = 0; i < queries; i++) {
            float sum = normalizer[sums + i];
            workspace[shift + i] = sum == Float.NEGATIVE_INFINITY ? Float.POSITIVE_INFINITY : sum; // without a key it has no part either
        }
        Arrays.fill(workspace, shift + queries, shift + QUERIES, Float.POSITIVE_INFINITY); // lanes without a query have no part in any sum
        System.arraycopy(delta, sums, workspace, taken, queries);
        Arrays.fill(workspace, taken + queries, taken + QUERIES, 0);
        for (int i = 0; i < queries; i++) {
            Arrays.fill(dq, query * dim + i * queryRow, query * dim + i * queryRow + dim, 0);
        }
        for (int span = lists; span < lists + 2 * call.spans; span += 2) {
            int end = call.last(span, t, t + queries);
            for (int key = call.first(span, t, t + queries); key < end; key += KEYS) {
                int here = Math.min(KEYS, end - key);
                int from = (head + key * call.groups) * dim;
                int values = (head + key * call.groups) * valueDim;
                AttentionBlock.products(call.k, from, call.groups * dim, here, dim, workspace, 0, scores);
                AttentionBlock.products(call.v, values, call.groups * valueDim, here, valueDim, workspace, outputs, dscores);
                call.mask(span + t * call.list, queries, key, here, workspace, scores, limits);
                AttentionBlock.derivatives(workspace, scores, dscores, here, shift, taken, call.scale);
                for (int i = 0; i < queries; i += ROWS) {
                    int rows = Math.min(ROWS, queries - i);
                    AttentionTile.add(rows, here, workspace, dscores + i, 1, QUERIES, call.k, from, call.groups * dim, dim,
                            dq, query * dim + i * queryRow, queryRow);
                }
                for (int s = 0; s < here; s += ROWS) {
                    int rows = Math.min(ROWS, here - s);
                    AttentionTile.add(rows, queries, workspace, scores + s * QUERIES, QUERIES, 1, dout, query * valueDim, resultRow, valueDim, dv,
                            values + s * call.groups * valueDim, call.groups * valueDim);
                    AttentionTile.add(rows, queries, workspace, dscores + s * QUERIES, QUERIES, 1, call.q, query * dim, queryRow, dim, dk,
                            from + s * call.groups * dim, call.groups * dim);
                }
            }
        }
    }
}
