package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.AttentionBlock.KEYS;
import static patchbay.engine.cpu.vector.AttentionBlock.QUERIES;
import static patchbay.engine.cpu.vector.AttentionTile.ROWS;
import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.LANES;
import static patchbay.engine.cpu.vector.Vectors.exp;
import static patchbay.kernels.Attention.exist;
import static patchbay.kernels.Attention.position;

import java.util.Arrays;

/**
 * Twins of {@link patchbay.kernels.Attention}. Four queries at a time meet all their keys: the keys of a head are transposed
 * once for a run of queries, so that scores, and what follows from them, run along the keys in vectors. The scores of
 * four queries are all that is ever kept.
 */
public final class Attention {

    /** From this many queries on, blocks of them pay; it must not depend on the range, or the bits would. */
    private static final int WORTH_BLOCKS = 8;

    private Attention() {}

    public static void attention(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] bias, float[] out,
            float[] normalizer, int time, int keys, int heads, int groups, int dim, int valueDim, int window, int distances,
            float scale, float cap) {
        if (time < WORTH_BLOCKS) {
            AttentionQuery.attention(first, count, q, k, v, start, bias, out, normalizer, time, keys, heads, groups, dim, valueDim, window, distances, scale, cap);
            return;
        }
        int position = position(start, time, keys, window);
        int queryRow = heads * dim;
        int resultRow = heads * valueDim;
        int keyRow = groups * dim;
        int valueRow = groups * valueDim;
        int scores = dim * QUERIES;
        int max = scores + KEYS * QUERIES;
        int sum = max + QUERIES;
        int shrink = sum + QUERIES;
        int near = shrink + QUERIES;
        var workspace = Panel.workspace(near + AttentionBlock.DISTANCES);
        for (int row = first; row < first + count;) {
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int exist = exist(start, b, time, keys, window);
            int queries = Math.min(QUERIES, Math.min(time - t, first + count - row));
            int head = b * keys * groups + h / (heads / groups);
            int query = ((b * time + t) * heads + h) * dim;
            int result = ((b * time + t) * heads + h) * valueDim;
            int begin = begin(position + t, window); // of the first query; each next one's is one further
            int end = window > 0 ? Math.min(exist, position + t + queries) : exist;
            AttentionBlock.transpose(q, query, queryRow, queries, dim, scale, workspace, 0);
            Arrays.fill(workspace, max, max + QUERIES, Float.NEGATIVE_INFINITY);
            Arrays.fill(workspace, sum, sum + QUERIES, 0);
            for (int i = 0; i < queries; i++) {
                Arrays.fill(out, result + i * resultRow, result + i * resultRow + valueDim, 0);
            }
            int leading = begin / KEYS * KEYS;
            for (int block = leading; block < end; block += KEYS) {
                int here = Math.min(KEYS, end - block);
                int visible = window > 0 ? position + t + 1 - block : here; // to the first query; each sees one more
                AttentionBlock.products(k, head * dim + block * keyRow, keyRow, here, dim, workspace, 0, scores);
                if (cap > 0) {
                    AttentionBlock.cap(workspace, scores, here, cap);
                }
                if (distances > 0) {
                    AttentionBlock.near(bias, h, distances, farthest(position + t, block, here, distances, keys), here, workspace, near);
                    AttentionBlock.bias(workspace, scores, here, near);
                }
                AttentionBlock.mask(workspace, scores, here, visible);
                AttentionBlock.maskBefore(workspace, scores, here, position + t + 1 - window - block, window > 0);
                AttentionBlock.exponentials(workspace, scores, here, max, sum, shrink);
                for (int i = 0; i < queries; i += ROWS) {
                    int rows = Math.min(ROWS, queries - i);
                    for (int r = i; block > leading && r < i + rows; r++) {
                        AttentionBlock.scale(out, result + r * resultRow, valueDim, workspace[shrink + r]);
                    }
                    AttentionTile.add(rows, window > 0 ? Math.min(here, visible + i + rows - 1) : here, workspace, scores + i, 1, QUERIES,
                            v, head * valueDim + block * valueRow, valueRow, valueDim, out, result + i * resultRow, resultRow);
                }
            }
            for (int i = 0; i < queries; i++) {
                float total = workspace[sum + i];
                AttentionBlock.scale(out, result + i * resultRow, valueDim, total == 0 ? 0 : 1 / total);
                normalizer[row + i] = workspace[max + i] + (float) Math.log(total);
            }
            row += queries;
        }
    }

    /** The place among a head's biases of the first query, which stands at {@code position}, and the last key of a block. */
    private static int farthest(int position, int block, int here, int distances, int keys) {
        return position - (block + here - 1) + distances - keys;
    }

    /** The first key that the query at this position sees. */
    static int begin(int position, int window) {
        return window > 0 ? Math.max(0, position + 1 - window) : 0;
    }

    public static void delta(int first, int count, float[] out, float[] dout, float[] dnormalizer, float[] delta, int time, int heads,
            int valueDim) {
        for (int i = 0; i < count; i++) {
            int row = first + i;
            int query = ((row / time / heads * time + row % time) * heads + row / time % heads) * valueDim;
            delta[row] = AttentionQuery.dot(out, query, dout, query, valueDim) - dnormalizer[row];
        }
    }

    public static void gradients(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] bias, float[] dout,
            float[] normalizer, float[] delta, float[] dq, float[] dk, float[] dv, float[] dbias, int time, int keys, int heads, int groups,
            int dim, int valueDim, int window, int distances, float scale, float cap) {
        int position = position(start, time, keys, window);
        int queryRow = heads * dim;
        int resultRow = heads * valueDim;
        int keyRow = groups * dim;
        int valueRow = groups * valueDim;
        int outputs = dim * QUERIES;
        int scores = outputs + valueDim * QUERIES;
        int dscores = scores + KEYS * QUERIES;
        int slopes = dscores + KEYS * QUERIES;
        int shift = slopes + (cap > 0 ? KEYS * QUERIES : 0);
        int taken = shift + QUERIES;
        int near = taken + QUERIES;
        var workspace = Panel.workspace(near + AttentionBlock.DISTANCES);
        boolean plain = cap == 0 && distances == 0;
        for (int row = first; row < first + count; row++) {
            int group = row % groups;
            int b = row / groups;
            int exist = exist(start, b, time, keys, window);
            int head = b * keys * groups + group;
            for (int s = 0; s < keys; s++) {
                Arrays.fill(dk, head * dim + s * keyRow, head * dim + s * keyRow + dim, 0);
                Arrays.fill(dv, head * valueDim + s * valueRow, head * valueDim + s * valueRow + valueDim, 0);
            }
            for (int h = group * (heads / groups); h < (group + 1) * (heads / groups); h++) {
                if (distances > 0) {
                    Arrays.fill(dbias, (b * heads + h) * distances, (b * heads + h + 1) * distances, 0);
                }
                for (int t = 0; t < time; t += QUERIES) {
                    int queries = Math.min(QUERIES, time - t);
                    int query = ((b * time + t) * heads + h) * dim;
                    int result = ((b * time + t) * heads + h) * valueDim;
                    int numbers = (b * heads + h) * time + t;
                    int end = window > 0 ? Math.min(exist, position + t + queries) : exist;
                    AttentionBlock.transpose(q, query, queryRow, queries, dim, scale, workspace, 0);
                    AttentionBlock.transpose(dout, result, resultRow, queries, valueDim, 1, workspace, outputs);
                    System.arraycopy(normalizer, numbers, workspace, shift, queries);
                    Arrays.fill(workspace, shift + queries, shift + QUERIES, Float.POSITIVE_INFINITY); // lanes without a query have no part in any sum
                    System.arraycopy(delta, numbers, workspace, taken, queries);
                    Arrays.fill(workspace, taken + queries, taken + QUERIES, 0);
                    for (int i = 0; i < queries; i++) {
                        Arrays.fill(dq, query + i * queryRow, query + i * queryRow + dim, 0);
                    }
                    for (int block = begin(position + t, window) / KEYS * KEYS; block < end; block += KEYS) {
                        int here = Math.min(KEYS, end - block);
                        int visible = window > 0 ? position + t + 1 - block : here;
                        int from = head * dim + block * keyRow;
                        int values = head * valueDim + block * valueRow;
                        int farthest = farthest(position + t, block, here, distances, keys);
                        AttentionBlock.products(k, from, keyRow, here, dim, workspace, 0, scores);
                        AttentionBlock.products(v, values, valueRow, here, valueDim, workspace, outputs, dscores);
                        if (cap > 0) {
                            AttentionBlock.cap(workspace, scores, here, cap);
                            AttentionBlock.slopes(workspace, scores, here, cap, slopes);
                        }
                        if (distances > 0) {
                            AttentionBlock.near(bias, h, distances, farthest, here, workspace, near);
                            AttentionBlock.bias(workspace, scores, here, near);
                        }
                        AttentionBlock.mask(workspace, scores, here, visible);
                        AttentionBlock.maskBefore(workspace, scores, here, position + t + 1 - window - block, window > 0);
                        AttentionBlock.derivatives(workspace, scores, dscores, here, shift, taken, plain ? scale : 1);
                        if (distances > 0) {
                            AttentionBlock.sumByDistance(workspace, dscores, here, near);
                            AttentionBlock.addNear(workspace, near, here, farthest, distances, dbias, (b * heads + h) * distances);
                        }
                        if (cap > 0) {
                            AttentionBlock.multiply(workspace, dscores, here, slopes);
                        }
                        if (!plain) {
                            AttentionBlock.scale(workspace, dscores, here * QUERIES, scale);
                        }
                        for (int i = 0; i < queries; i += ROWS) {
                            int rows = Math.min(ROWS, queries - i);
                            AttentionTile.add(rows, window > 0 ? Math.min(here, visible + i + rows - 1) : here, workspace, dscores + i, 1, QUERIES,
                                    k, from, keyRow, dim, dq, query + i * queryRow, queryRow);
                        }
                        for (int s = 0; s < here; s += ROWS) {
                            int rows = Math.min(ROWS, here - s);
                            int begin = window > 0 ? Math.max(0, s + 1 - visible) : 0; // the first query that sees one of them
                            AttentionTile.add(rows, queries - begin, workspace, scores + s * QUERIES + begin, QUERIES, 1,
                                    dout, result + begin * resultRow, resultRow, valueDim, dv, values + s * valueRow, valueRow);
                            AttentionTile.add(rows, queries - begin, workspace, dscores + s * QUERIES + begin, QUERIES, 1,
                                    q, query + begin * queryRow, queryRow, dim, dk, from + s * keyRow, keyRow);
                        }
                    }
                }
            }
        }
    }

    public static void queryGradient(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] bias, float[] dout,
            float[] normalizer, float[] delta, float[] dq, int time, int keys, int heads, int groups, int dim, int valueDim,
            int window, int distances, float scale, float cap) {
        if (distances > 0 || cap > 0) { // those take gradients()
            patchbay.kernels.Attention.queryGradient(first, count, q, k, v, start, bias, dout, normalizer, delta, dq, time, keys, heads, groups,
                    dim, valueDim, window, distances, scale, cap);
            return;
        }
        int position = position(start, time, keys, window);
        int width = Panel.width(window < 0 ? keys : exist(start, 0, time, keys, window));
        int values = dim * width;
        int scores = values + valueDim * width;
        int dscores = scores + Panel.ROWS * width;
        var workspace = Panel.workspace(dscores + Panel.ROWS * width);
        int packed = -1;
        for (int row = first; row < first + count;) {
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int rows = Math.min(Panel.ROWS, Math.min(time - t, first + count - row));
            int exist = exist(start, b, time, keys, window);
            int head = b * keys * groups + h / (heads / groups);
            int query = ((b * time + t) * heads + h) * dim;
            int least = begin(position + t, window);
            int begin = begin(position + t + rows - 1, window); // what all of them see, up to common
            int common = Math.max(begin, window > 0 ? Math.min(exist, position + t + 1) : exist);
            int most = window > 0 ? Math.min(exist, position + t + rows) : exist;
            if (packed != head) {
                Panel.transpose(k, head * dim, groups * dim, exist, dim, workspace, 0, width);
                Panel.transpose(v, head * valueDim, groups * valueDim, exist, valueDim, workspace, values, width);
                packed = head;
            }
            Panel.products(rows, q, query, heads * dim, dim, workspace, 0, scores, width, least, most);
            Panel.products(rows, dout, ((b * time + t) * heads + h) * valueDim, heads * valueDim, valueDim, workspace, values, dscores, width,
                    least, most);
            for (int i = 0; i < rows; i++) {
                float shift = normalizer[row + i];
                float taken = delta[row + i];
                // to the end of the last vector: what lies behind a query's last key is not used
                for (int s = Vectors.floor(least); s < most; s += LANES) {
                    var p = exp(load(workspace, scores + i * width + s).mul(scale).sub(shift));
                    p.mul(load(workspace, dscores + i * width + s).sub(taken)).mul(scale).intoArray(workspace, dscores + i * width + s);
                }
                Arrays.fill(dq, query + i * heads * dim, query + i * heads * dim + dim, 0);
                if (window > 0) {
                    Panel.combine(1, workspace, dscores + i * width, width, begin(position + t + i, window),
                            Math.min(begin, Math.min(exist, position + t + i + 1)), k, head * dim, groups * dim, dim, dq, query + i * heads * dim,
                            heads * dim);
                }
            }
            Panel.combine(rows, workspace, dscores, width, begin, common, k, head * dim, groups * dim, dim, dq, query, heads * dim);
            for (int i = 1; i < rows && window > 0; i++) {
                Panel.combine(1, workspace, dscores + i * width, width, common, Math.min(exist, position + t + i + 1), k, head * dim,
                        groups * dim, dim, dq, query + i * heads * dim, heads * dim);
            }
            row += rows;
        }
    }

    public static void keyValueGradient(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] bias, float[] dout,
            float[] normalizer, float[] delta, float[] dk, float[] dv, int time, int keys, int heads, int groups, int dim, int valueDim,
            int window, int distances, float scale, float cap) {
        if (distances > 0 || cap > 0) {
            patchbay.kernels.Attention.keyValueGradient(first, count, q, k, v, start, bias, dout, normalizer, delta, dk, dv, time, keys, heads,
                    groups, dim, valueDim, window, distances, scale, cap);
            return;
        }
        for (int row = first; row < first + count;) {
            int s = row % keys;
            int rows = Math.min(keys - s, first + count - row);
            int g = row / keys % groups;
            int b = row / keys / groups;
            int key = (b * keys + s) * groups + g;
            for (int i = 0; i < rows; i++) {
                Arrays.fill(dk, (key + i * groups) * dim, (key + i * groups + 1) * dim, 0);
                Arrays.fill(dv, (key + i * groups) * valueDim, (key + i * groups + 1) * valueDim, 0);
            }
            int existing = Math.clamp(exist(start, b, time, keys, window) - s, 0, rows);
            for (int h = g * (heads / groups); existing > 0 && h < (g + 1) * (heads / groups); h++) {
                keysOfOneHead(s, existing, key, q, k, v, position(start, time, keys, window), dout, normalizer, delta, (b * heads + h) * time,
                        b * time * heads + h, dk, dv, time, heads, groups, dim, valueDim, window, scale);
            }
            row += rows;
        }
    }

    /**
     * Adds what the queries of one head contribute to the keys from {@code from} on.
     *
     * @param key the number of the first key among those of all heads
     * @param sums where the head's numbers a query start in normalizer and delta
     * @param query the number of its first query among those of all heads
     */
    private static void keysOfOneHead(int from, int count, int key, float[] q, float[] k, float[] v, int start, float[] dout,
            float[] normalizer, float[] delta, int sums, int query, float[] dk, float[] dv, int time, int heads, int groups,
            int dim, int valueDim, int window, float scale) {
        int queryRow = heads * dim;
        int resultRow = heads * valueDim;
        int keyRow = groups * dim;
        int valueRow = groups * valueDim;
        int width = Panel.width(time);
        int outputs = dim * width;
        int scores = outputs + valueDim * width;
        int dscores = scores + Panel.ROWS * width;
        int shifts = dscores + Panel.ROWS * width;
        int taken = shifts + width;
        var workspace = Panel.workspace(taken + width);
        Panel.transpose(q, query * dim, queryRow, time, dim, workspace, 0, width);
        Panel.transpose(dout, query * valueDim, resultRow, time, valueDim, workspace, outputs, width);
        // up to whole vectors, so that no load wants a mask; what lies behind the last query is not used
        System.arraycopy(normalizer, sums, workspace, shifts, time);
        Arrays.fill(workspace, shifts + time, shifts + width, 0);
        System.arraycopy(delta, sums, workspace, taken, time);
        Arrays.fill(workspace, taken + time, taken + width, 0);
        for (int s = 0; s < count; s += Panel.ROWS) {
            int rows = Math.min(Panel.ROWS, count - s);
            int at = key * dim + s * keyRow;
            int value = key * valueDim + s * valueRow;
            int begin = window > 0 ? Math.max(0, from + s - start) : 0;
            int end = window > 0 ? Math.min(time, from + s + rows - 1 - start + window) : time;
            int common = window > 0 ? Math.max(0, from + s + rows - 1 - start) : 0; // the first query that sees all of them
            int last = Math.max(common, window > 0 ? Math.min(time, from + s - start + window) : time); // and behind the last
            Panel.products(rows, k, at, keyRow, dim, workspace, 0, scores, width, begin, end);
            Panel.products(rows, v, value, valueRow, valueDim, workspace, outputs, dscores, width, begin, end);
            for (int i = 0; i < rows; i++) {
                for (int t = Vectors.floor(begin); t < end; t += LANES) {
                    int p = scores + i * width + t;
                    int dp = dscores + i * width + t;
                    var probability = exp(load(workspace, p).mul(scale).sub(load(workspace, shifts + t)));
                    probability.intoArray(workspace, p);
                    probability.mul(load(workspace, dp).sub(load(workspace, taken + t))).mul(scale).intoArray(workspace, dp);
                }
                int own = window > 0 ? Math.max(0, from + s + i - start) : 0;
                int until = Math.min(common, window > 0 ? Math.min(time, from + s + i - start + window) : time);
                Panel.combine(1, workspace, scores + i * width, width, own, until, dout, query * valueDim, resultRow, valueDim, dv,
                        value + i * valueRow, valueRow);
                Panel.combine(1, workspace, dscores + i * width, width, own, until, q, query * dim, queryRow, dim, dk, at + i * keyRow, keyRow);
            }
            Panel.combine(rows, workspace, scores, width, common, last, dout, query * valueDim, resultRow, valueDim, dv, value, valueRow);
            Panel.combine(rows, workspace, dscores, width, common, last, q, query * dim, queryRow, dim, dk, at, keyRow);
            for (int i = 1; i < rows && last < end; i++) {
                int until = Math.min(time, from + s + i - start + window);
                Panel.combine(1, workspace, scores + i * width, width, last, until, dout, query * valueDim, resultRow, valueDim, dv,
                        value + i * valueRow, valueRow);
                Panel.combine(1, workspace, dscores + i * width, width, last, until, q, query * dim, queryRow, dim, dk, at + i * keyRow, keyRow);
            }
        }
    }
}
