package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.AttentionBlock.KEYS;
import static patchbay.engine.cpu.vector.AttentionBlock.QUERIES;
import static patchbay.engine.cpu.vector.AttentionTile.ROWS;
import static patchbay.engine.cpu.vector.Lanes.before;
import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;
import static patchbay.engine.cpu.vector.Vectors.exp;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Twins of {@link patchbay.kernels.Attention}. Four queries at a time meet all their keys: the keys of a head are transposed
 * once for a run of queries, so that scores, and what follows from them, run along the keys in vectors. The scores of
 * four queries are all that is ever kept.
 */
public final class Attention {

    /** From this many queries on, blocks of them pay; it must not depend on the range, or the bits would. */
    private static final int WORTH_BLOCKS = 8;

    private Attention() {}

    public static void attention(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] out,
            float[] normalizer, int time, int keys, int heads, int groups, int dim, int window, float scale) {
        if (time < WORTH_BLOCKS) {
            few(first, count, q, k, v, start[0], out, normalizer, time, keys, heads, groups, dim, window, scale);
            return;
        }
        int exist = Math.min(keys, start[0] + time);
        int queryRow = heads * dim;
        int keyRow = groups * dim;
        int scores = dim * QUERIES;
        int max = scores + KEYS * QUERIES;
        int sum = max + QUERIES;
        int shrink = sum + QUERIES;
        var workspace = Panel.workspace(shrink + QUERIES);
        for (int row = first; row < first + count;) {
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int queries = Math.min(QUERIES, Math.min(time - t, first + count - row));
            int head = (b * keys * groups + h / (heads / groups)) * dim;
            int query = ((b * time + t) * heads + h) * dim;
            int begin = begin(start[0] + t, window); // of the first query; each next one's is one further
            int end = window > 0 ? Math.min(exist, start[0] + t + queries) : exist;
            AttentionBlock.transpose(q, query, queryRow, queries, dim, scale, workspace, 0);
            Arrays.fill(workspace, max, max + QUERIES, Float.NEGATIVE_INFINITY);
            Arrays.fill(workspace, sum, sum + QUERIES, 0);
            for (int i = 0; i < queries; i++) {
                Arrays.fill(out, query + i * queryRow, query + i * queryRow + dim, 0);
            }
            int leading = begin / KEYS * KEYS;
            for (int block = leading; block < end; block += KEYS) {
                int here = Math.min(KEYS, end - block);
                int visible = window > 0 ? start[0] + t + 1 - block : here; // to the first query; each sees one more
                AttentionBlock.products(k, head + block * keyRow, keyRow, here, dim, workspace, 0, scores);
                AttentionBlock.mask(workspace, scores, here, visible);
                AttentionBlock.maskBefore(workspace, scores, here, start[0] + t + 1 - window - block, window > 0);
                AttentionBlock.exponentials(workspace, scores, here, max, sum, shrink);
                for (int i = 0; i < queries; i += ROWS) {
                    int rows = Math.min(ROWS, queries - i);
                    for (int r = i; block > leading && r < i + rows; r++) {
                        AttentionBlock.scale(out, query + r * queryRow, dim, workspace[shrink + r]);
                    }
                    AttentionTile.add(rows, window > 0 ? Math.min(here, visible + i + rows - 1) : here, workspace, scores + i, 1, QUERIES,
                            v, head + block * keyRow, keyRow, dim, out, query + i * queryRow, queryRow);
                }
            }
            for (int i = 0; i < queries; i++) {
                float total = workspace[sum + i];
                AttentionBlock.scale(out, query + i * queryRow, dim, total == 0 ? 0 : 1 / total);
                normalizer[row + i] = workspace[max + i] + (float) Math.log(total);
            }
            row += queries;
        }
    }

    /** The first key that the query at this position sees. */
    private static int begin(int position, int window) {
        return window > 0 ? Math.max(0, position + 1 - window) : 0;
    }

    /** For a few queries, as in decoding: each by itself, its scores along the keys. */
    private static void few(int first, int count, float[] q, float[] k, float[] v, int start, float[] out, float[] normalizer,
            int time, int keys, int heads, int groups, int dim, int window, float scale) {
        int exist = Math.min(keys, start + time);
        var scores = Panel.workspace(Panel.width(exist));
        for (int row = first; row < first + count; row++) {
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int head = (b * keys * groups + h / (heads / groups)) * dim;
            int query = ((b * time + t) * heads + h) * dim;
            int begin = begin(start + t, window);
            int seen = (window > 0 ? Math.min(exist, start + t + 1) : exist) - begin;
            head += begin * groups * dim;
            dots(1, q, query, heads * dim, k, head, groups * dim, dim, scores, 0, seen);
            normalizer[row] = softmax(scores, 0, seen, scale);
            Arrays.fill(out, query, query + dim, 0);
            Panel.combine(1, scores, 0, 0, 0, seen, v, head, groups * dim, dim, out, query, heads * dim);
        }
    }

    /** {@code scores[i, s] = q[i] · k[s]}, for too few queries to transpose the keys. */
    private static void dots(int rows, float[] q, int qAt, int qRow, float[] k, int kAt, int kRow, int dim, float[] scores,
            int width, int end) {
        for (int i = 0; i < rows; i++) {
            for (int s = 0; s < end; s++) {
                scores[i * width + s] = dot(q, qAt + i * qRow, k, kAt + s * kRow, dim);
            }
        }
    }

    /**
     * Turns the scores before {@code end} into probabilities and returns the log-sum-exp. What lies between the end and the
     * end of its vector becomes 0: with masked vectors the method would be larger than what the compiler inlines.
     */
    private static float softmax(float[] scores, int at, int end, float scale) {
        int padded = Vectors.floor(end + LANES - 1);
        for (int s = 0; s < end; s++) {
            scores[at + s] *= scale;
        }
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

    public static void delta(int first, int count, float[] out, float[] dout, float[] delta, int time, int heads,
            int dim) {
        for (int i = 0; i < count; i++) {
            int row = first + i;
            int query = ((row / time / heads * time + row % time) * heads + row / time % heads) * dim;
            delta[row] = dot(out, query, dout, query, dim);
        }
    }

    private static float dot(float[] a, int aAt, float[] b, int bAt, int dim) {
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

    public static void gradients(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] dout,
            float[] normalizer, float[] delta, float[] dq, float[] dk, float[] dv, int time, int keys, int heads, int groups, int dim,
            int window, float scale) {
        int exist = Math.min(keys, start[0] + time);
        int queryRow = heads * dim;
        int keyRow = groups * dim;
        int outputs = dim * QUERIES;
        int scores = 2 * dim * QUERIES;
        int dscores = scores + KEYS * QUERIES;
        int shift = dscores + KEYS * QUERIES;
        int taken = shift + QUERIES;
        var workspace = Panel.workspace(taken + QUERIES);
        for (int row = first; row < first + count; row++) {
            int group = row % groups;
            int b = row / groups;
            int head = (b * keys * groups + group) * dim;
            for (int s = 0; s < keys; s++) {
                Arrays.fill(dk, head + s * keyRow, head + s * keyRow + dim, 0);
                Arrays.fill(dv, head + s * keyRow, head + s * keyRow + dim, 0);
            }
            for (int h = group * (heads / groups); h < (group + 1) * (heads / groups); h++) {
                for (int t = 0; t < time; t += QUERIES) {
                    int queries = Math.min(QUERIES, time - t);
                    int query = ((b * time + t) * heads + h) * dim;
                    int numbers = (b * heads + h) * time + t;
                    int end = window > 0 ? Math.min(exist, start[0] + t + queries) : exist;
                    AttentionBlock.transpose(q, query, queryRow, queries, dim, scale, workspace, 0);
                    AttentionBlock.transpose(dout, query, queryRow, queries, dim, 1, workspace, outputs);
                    System.arraycopy(normalizer, numbers, workspace, shift, queries);
                    Arrays.fill(workspace, shift + queries, shift + QUERIES, 0);
                    System.arraycopy(delta, numbers, workspace, taken, queries);
                    Arrays.fill(workspace, taken + queries, taken + QUERIES, 0);
                    for (int i = 0; i < queries; i++) {
                        Arrays.fill(dq, query + i * queryRow, query + i * queryRow + dim, 0);
                    }
                    for (int block = begin(start[0] + t, window) / KEYS * KEYS; block < end; block += KEYS) {
                        int here = Math.min(KEYS, end - block);
                        int visible = window > 0 ? start[0] + t + 1 - block : here;
                        int from = head + block * keyRow;
                        AttentionBlock.products(k, from, keyRow, here, dim, workspace, 0, scores);
                        AttentionBlock.products(v, from, keyRow, here, dim, workspace, outputs, dscores);
                        AttentionBlock.mask(workspace, scores, here, visible);
                        AttentionBlock.maskBefore(workspace, scores, here, start[0] + t + 1 - window - block, window > 0);
                        AttentionBlock.derivatives(workspace, scores, dscores, here, shift, taken, scale);
                        for (int i = 0; i < queries; i += ROWS) {
                            int rows = Math.min(ROWS, queries - i);
                            AttentionTile.add(rows, window > 0 ? Math.min(here, visible + i + rows - 1) : here, workspace, dscores + i, 1, QUERIES,
                                    k, from, keyRow, dim, dq, query + i * queryRow, queryRow);
                        }
                        for (int s = 0; s < here; s += ROWS) {
                            int rows = Math.min(ROWS, here - s);
                            int begin = window > 0 ? Math.max(0, s + 1 - visible) : 0; // the first query that sees one of them
                            AttentionTile.add(rows, queries - begin, workspace, scores + s * QUERIES + begin, QUERIES, 1,
                                    dout, query + begin * queryRow, queryRow, dim, dv, from + s * keyRow, keyRow);
                            AttentionTile.add(rows, queries - begin, workspace, dscores + s * QUERIES + begin, QUERIES, 1,
                                    q, query + begin * queryRow, queryRow, dim, dk, from + s * keyRow, keyRow);
                        }
                    }
                }
            }
        }
    }

    public static void queryGradient(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] dout,
            float[] normalizer, float[] delta, float[] dq, int time, int keys, int heads, int groups, int dim,
            int window, float scale) {
        int exist = Math.min(keys, start[0] + time);
        int width = Panel.width(exist);
        int values = dim * width;
        int scores = 2 * dim * width;
        int dscores = scores + Panel.ROWS * width;
        var workspace = Panel.workspace(dscores + Panel.ROWS * width);
        int packed = -1;
        for (int row = first; row < first + count;) {
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int rows = Math.min(Panel.ROWS, Math.min(time - t, first + count - row));
            int head = (b * keys * groups + h / (heads / groups)) * dim;
            int query = ((b * time + t) * heads + h) * dim;
            int least = begin(start[0] + t, window);
            int begin = begin(start[0] + t + rows - 1, window); // what all of them see, up to common
            int common = Math.max(begin, window > 0 ? Math.min(exist, start[0] + t + 1) : exist);
            int most = window > 0 ? Math.min(exist, start[0] + t + rows) : exist;
            if (packed != head) {
                Panel.transpose(k, head, groups * dim, exist, dim, workspace, 0, width);
                Panel.transpose(v, head, groups * dim, exist, dim, workspace, values, width);
                packed = head;
            }
            Panel.products(rows, q, query, heads * dim, dim, workspace, 0, scores, width, least, most);
            Panel.products(rows, dout, query, heads * dim, dim, workspace, values, dscores, width, least, most);
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
                    Panel.combine(1, workspace, dscores + i * width, width, begin(start[0] + t + i, window),
                            Math.min(begin, Math.min(exist, start[0] + t + i + 1)), k, head, groups * dim, dim, dq, query + i * heads * dim, heads * dim);
                }
            }
            Panel.combine(rows, workspace, dscores, width, begin, common, k, head, groups * dim, dim, dq, query, heads * dim);
            for (int i = 1; i < rows && window > 0; i++) {
                Panel.combine(1, workspace, dscores + i * width, width, common, Math.min(exist, start[0] + t + i + 1), k, head,
                        groups * dim, dim, dq, query + i * heads * dim, heads * dim);
            }
            row += rows;
        }
    }

    public static void keyValueGradient(int first, int count, float[] q, float[] k, float[] v, int[] start, float[] dout,
            float[] normalizer, float[] delta, float[] dk, float[] dv, int time, int keys, int heads, int groups, int dim,
            int window, float scale) {
        for (int row = first; row < first + count;) {
            int s = row % keys;
            int rows = Math.min(keys - s, first + count - row);
            int g = row / keys % groups;
            int b = row / keys / groups;
            int key = ((b * keys + s) * groups + g) * dim;
            for (int i = 0; i < rows; i++) {
                Arrays.fill(dk, key + i * groups * dim, key + i * groups * dim + dim, 0);
                Arrays.fill(dv, key + i * groups * dim, key + i * groups * dim + dim, 0);
            }
            int existing = Math.clamp(start[0] + time - s, 0, rows);
            for (int h = g * (heads / groups); existing > 0 && h < (g + 1) * (heads / groups); h++) {
                keysOfOneHead(s, existing, key, q, k, v, start[0], dout, normalizer, delta, (b * heads + h) * time,
                        (b * time * heads + h) * dim, dk, dv, time, heads * dim, groups * dim, dim, window, scale);
            }
            row += rows;
        }
    }

    /**
     * Adds what the queries of one head contribute to the keys from {@code from} on.
     *
     * @param sums where the head's numbers a query start in normalizer and delta
     * @param query where its first query starts
     */
    private static void keysOfOneHead(int from, int count, int key, float[] q, float[] k, float[] v, int start, float[] dout,
            float[] normalizer, float[] delta, int sums, int query, float[] dk, float[] dv, int time, int queryRow, int keyRow,
            int dim, int window, float scale) {
        int width = Panel.width(time);
        int outputs = dim * width;
        int scores = 2 * dim * width;
        int dscores = scores + Panel.ROWS * width;
        int shifts = dscores + Panel.ROWS * width;
        int taken = shifts + width;
        var workspace = Panel.workspace(taken + width);
        Panel.transpose(q, query, queryRow, time, dim, workspace, 0, width);
        Panel.transpose(dout, query, queryRow, time, dim, workspace, outputs, width);
        // up to whole vectors, so that no load wants a mask; what lies behind the last query is not used
        System.arraycopy(normalizer, sums, workspace, shifts, time);
        Arrays.fill(workspace, shifts + time, shifts + width, 0);
        System.arraycopy(delta, sums, workspace, taken, time);
        Arrays.fill(workspace, taken + time, taken + width, 0);
        for (int s = 0; s < count; s += Panel.ROWS) {
            int rows = Math.min(Panel.ROWS, count - s);
            int at = key + s * keyRow;
            int begin = window > 0 ? Math.max(0, from + s - start) : 0;
            int end = window > 0 ? Math.min(time, from + s + rows - 1 - start + window) : time;
            int common = window > 0 ? Math.max(0, from + s + rows - 1 - start) : 0; // the first query that sees all of them
            int last = Math.max(common, window > 0 ? Math.min(time, from + s - start + window) : time); // and behind the last
            Panel.products(rows, k, at, keyRow, dim, workspace, 0, scores, width, begin, end);
            Panel.products(rows, v, at, keyRow, dim, workspace, outputs, dscores, width, begin, end);
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
                Panel.combine(1, workspace, scores + i * width, width, own, until, dout, query, queryRow, dim, dv, at + i * keyRow, keyRow);
                Panel.combine(1, workspace, dscores + i * width, width, own, until, q, query, queryRow, dim, dk, at + i * keyRow, keyRow);
            }
            Panel.combine(rows, workspace, scores, width, common, last, dout, query, queryRow, dim, dv, at, keyRow);
            Panel.combine(rows, workspace, dscores, width, common, last, q, query, queryRow, dim, dk, at, keyRow);
            for (int i = 1; i < rows && last < end; i++) {
                int until = Math.min(time, from + s + i - start + window);
                Panel.combine(1, workspace, scores + i * width, width, last, until, dout, query, queryRow, dim, dv, at + i * keyRow, keyRow);
                Panel.combine(1, workspace, dscores + i * width, width, last, until, q, query, queryRow, dim, dk, at + i * keyRow, keyRow);
            }
        }
    }
}
