package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.AttentionBlock.KEYS;
import static patchbay.engine.cpu.vector.AttentionBlock.QUERIES;
import static patchbay.engine.cpu.vector.AttentionTile.ROWS;
import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.LANES;
import static patchbay.engine.cpu.vector.Vectors.exp;

import java.util.Arrays;

/**
 * Twins of {@link patchbay.kernels.RangedAttention}. Neighbouring queries with the same list, as of what is seen from a block's end on, meet their
 * keys together ({@link AttentionBlock}); others do by themselves ({@link AttentionQuery}). Which way a query goes depends on the lists
 * alone, or its bits would depend on the range.
 */
public final class RangedAttention {

    /** From so many queries on it pays to transpose them. */
    private static final int WORTH_BLOCKS = 8;

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

        /** How many queries from t on go together: 1 if t's neighbours see something else. */
        int together(int lists, int t) {
            int from = t / QUERIES * QUERIES;
            int until = Math.min(time, from + QUERIES);
            int own = lists + t * list;
            boolean alike = until - from >= WORTH_BLOCKS;
            for (int other = lists + from * list; alike && other < lists + until * list; other += list) {
                alike = Arrays.equals(ranges, own, own + 2 * spans, ranges, other, other + 2 * spans);
            }
            return alike ? until - t : 0;
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
            int queries = distances > 0 ? 0 : Math.min(call.together(lists, t), first + count - row);
            if (queries > 0) {
                block(call, queries, (b * time + t) * heads + h, head, lists + t * call.list, out, normalizer, row);
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

    /** Queries of one head from number {@code query} on, which all have the list at {@code list}. */
    private static void block(Call call, int queries, int query, int head, int list, float[] out, float[] normalizer, int row) {
        int dim = call.dim;
        int valueDim = call.valueDim;
        int resultRow = call.heads * valueDim;
        int result = query * valueDim;
        int scores = dim * QUERIES;
        int max = scores + KEYS * QUERIES;
        int sum = max + QUERIES;
        int shrink = sum + QUERIES;
        var workspace = Panel.workspace(shrink + QUERIES);
        AttentionBlock.transpose(call.q, query * dim, call.heads * dim, queries, dim, call.scale, workspace, 0);
        Arrays.fill(workspace, max, max + QUERIES, Float.NEGATIVE_INFINITY);
        Arrays.fill(workspace, sum, sum + QUERIES, 0);
        for (int i = 0; i < queries; i++) {
            Arrays.fill(out, result + i * resultRow, result + i * resultRow + valueDim, 0);
        }
        for (int span = list; span < list + 2 * call.spans; span += 2) {
            for (int key = call.ranges[span]; key < call.ranges[span + 1]; key += KEYS) {
                int here = Math.min(KEYS, call.ranges[span + 1] - key);
                AttentionBlock.products(call.k, (head + key * call.groups) * dim, call.groups * dim, here, dim, workspace, 0, scores);
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
            float total = workspace[sum + i];
            AttentionBlock.scale(out, result + i * resultRow, valueDim, total == 0 ? 0 : 1 / total);
            normalizer[row + i] = workspace[max + i] + (float) Math.log(total);
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
                    int queries = distances > 0 ? 0 : call.together(lists, t);
                    if (queries > 0) {
                        blockGradients(call, queries, query, head, list, dout, normalizer, delta, sums, dq, dk, dv);
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

    private static void blockGradients(Call call, int queries, int query, int head, int list, float[] dout, float[] normalizer, float[] delta,
            int sums, float[] dq, float[] dk, float[] dv) {
        int dim = call.dim;
        int valueDim = call.valueDim;
        int queryRow = call.heads * dim;
        int resultRow = call.heads * valueDim;
        int outputs = dim * QUERIES;
        int scores = outputs + valueDim * QUERIES;
        int dscores = scores + KEYS * QUERIES;
        int shift = dscores + KEYS * QUERIES;
        int taken = shift + QUERIES;
        var workspace = Panel.workspace(taken + QUERIES);
        AttentionBlock.transpose(call.q, query * dim, queryRow, queries, dim, call.scale, workspace, 0);
        AttentionBlock.transpose(dout, query * valueDim, resultRow, queries, valueDim, 1, workspace, outputs);
        System.arraycopy(normalizer, sums, workspace, shift, queries);
        Arrays.fill(workspace, shift + queries, shift + QUERIES, Float.POSITIVE_INFINITY); // lanes without a query have no part in any sum
        System.arraycopy(delta, sums, workspace, taken, queries);
        Arrays.fill(workspace, taken + queries, taken + QUERIES, 0);
        for (int i = 0; i < queries; i++) {
            Arrays.fill(dq, query * dim + i * queryRow, query * dim + i * queryRow + dim, 0);
        }
        for (int span = list; span < list + 2 * call.spans; span += 2) {
            for (int key = call.ranges[span]; key < call.ranges[span + 1]; key += KEYS) {
                int here = Math.min(KEYS, call.ranges[span + 1] - key);
                int from = (head + key * call.groups) * dim;
                int values = (head + key * call.groups) * valueDim;
                AttentionBlock.products(call.k, from, call.groups * dim, here, dim, workspace, 0, scores);
                AttentionBlock.products(call.v, values, call.groups * valueDim, here, valueDim, workspace, outputs, dscores);
                AttentionBlock.derivatives(workspace, scores, dscores, here, shift, taken, call.scale);
                for (int i = 0; i < queries; i += ROWS) {
                    AttentionTile.add(Math.min(ROWS, queries - i), here, workspace, dscores + i, 1, QUERIES, call.k, from, call.groups * dim, dim,
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
