package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;
import static patchbay.engine.cpu.vector.Vectors.exp;
import static patchbay.engine.cpu.vector.Vectors.tanh;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The scores of a block of queries against a block of keys, {@code [keys, QUERIES]} in a workspace: each query has a lane of its own,
 * so a maximum or a sum over the keys never crosses lanes (blocks as in Dao et al. 2022, algorithms 1 and 4). Where blocks of
 * keys begin does not depend on which queries are computed: a query has the same bits in any block. Lanes without a query hold numbers
 * that nobody reads.
 */
final class AttentionBlock {

    static final int QUERIES = AttentionTile.WIDE;
    /** With the keys and values of a head of 64, some 80 KiB of the second cache. */
    static final int KEYS = 128;
    /** Distances between the queries and the keys of a block. */
    static final int DISTANCES = KEYS + QUERIES;

    private static final FloatVector LANE = FloatVector.zero(FLOATS).addIndex(1);

    private AttentionBlock() {}

    /** {@code to[d, i] = factor · from[i, d]}, 0 in lanes from {@code count} on. */
    static void transpose(float[] from, int at, int row, int count, int dim, float factor, float[] to, int toAt) {
        for (int d = 0; d < dim; d++) {
            int lane = toAt + d * QUERIES;
            for (int i = 0; i < count; i++) {
                to[lane + i] = from[at + i * row + d] * factor;
            }
            for (int i = count; i < QUERIES; i++) {
                to[lane + i] = 0;
            }
        }
    }

    /** {@code to[s, i] = Σ_d rows[s, d] · transposed[d, i]}. */
    static void products(float[] rows, int at, int row, int count, int dim, float[] workspace, int transposed, int to) {
        Arrays.fill(workspace, to, to + count * QUERIES, 0);
        for (int s = 0; s < count; s += AttentionTile.ROWS) {
            AttentionTile.add(Math.min(AttentionTile.ROWS, count - s), dim, rows, at + s * row, row, 1, workspace, transposed, QUERIES, QUERIES,
                    workspace, to + s * QUERIES, QUERIES);
        }
    }

    /** {@code cap · tanh(score / cap)}. */
    static void cap(float[] workspace, int scores, int count, float cap) {
        for (int at = scores; at < scores + count * QUERIES; at += LANES) {
            tanh(FloatVector.fromArray(FLOATS, workspace, at).div(cap)).mul(cap).intoArray(workspace, at);
        }
    }

    /** The derivatives of {@link #cap} where it yielded {@code scores}. */
    static void slopes(float[] workspace, int scores, int count, float cap, int slopes) {
        for (int i = 0; i < count * QUERIES; i += LANES) {
            var part = FloatVector.fromArray(FLOATS, workspace, scores + i).div(cap);
            part.mul(part).neg().add(1).intoArray(workspace, slopes + i);
        }
    }

    /**
     * Copies head h's biases for the distances of a block, from that of the first query and the last key on; 0 where there is no such distance.
     *
     * @param farthest the place of the first among the head's biases
     */
    static void near(float[] bias, int h, int distances, int farthest, int count, float[] workspace, int near) {
        int length = count + QUERIES - 1;
        int begin = Math.clamp(-farthest, 0, length);
        int end = Math.clamp(distances - farthest, begin, length);
        Arrays.fill(workspace, near, near + begin, 0);
        System.arraycopy(bias, h * distances + farthest + begin, workspace, near + begin, end - begin);
        Arrays.fill(workspace, near + end, near + length, 0);
    }

    /** Adds to each score what {@link #near} holds for its distance, which grows by one with each lane. */
    static void bias(float[] workspace, int scores, int count, int near) {
        for (int s = 0; s < count; s++) {
            for (int half = 0; half < QUERIES; half += LANES) {
                int at = scores + s * QUERIES + half;
                FloatVector.fromArray(FLOATS, workspace, at).add(FloatVector.fromArray(FLOATS, workspace, near + count - 1 - s + half))
                        .intoArray(workspace, at);
            }
        }
    }

    /** Sums the derivatives of a block by distance, as {@link #near} has them. */
    static void sumByDistance(float[] workspace, int derivatives, int count, int near) {
        Arrays.fill(workspace, near, near + count + QUERIES - 1, 0);
        for (int s = 0; s < count; s++) {
            for (int half = 0; half < QUERIES; half += LANES) {
                int to = near + count - 1 - s + half;
                FloatVector.fromArray(FLOATS, workspace, to).add(FloatVector.fromArray(FLOATS, workspace, derivatives + s * QUERIES + half))
                        .intoArray(workspace, to);
            }
        }
    }

    /** Adds what {@link #sumByDistance} made of a block to a head's gradient by its biases. */
    static void addNear(float[] workspace, int near, int count, int farthest, int distances, float[] dbias, int at) {
        for (int i = Math.max(0, -farthest); i < count + QUERIES - 1 && farthest + i < distances; i++) {
            dbias[at + farthest + i] += workspace[near + i];
        }
    }

    /** {@code numbers *= factors}, element by element. */
    static void multiply(float[] workspace, int numbers, int count, int factors) {
        for (int i = 0; i < count * QUERIES; i += LANES) {
            FloatVector.fromArray(FLOATS, workspace, numbers + i).mul(FloatVector.fromArray(FLOATS, workspace, factors + i))
                    .intoArray(workspace, numbers + i);
        }
    }

    /** Scores of keys behind their query become −∞: those of lane i from key {@code visible + i} on. */
    static void mask(float[] workspace, int scores, int count, int visible) {
        for (int s = Math.max(0, visible); s < count; s++) {
            for (int half = 0; half < QUERIES; half += LANES) {
                int at = scores + s * QUERIES + half;
                FloatVector.fromArray(FLOATS, workspace, at).blend(Float.NEGATIVE_INFINITY, LANE.lt(s - visible + 1 - half)).intoArray(workspace, at);
            }
        }
    }

    /**
     * Scores of keys that have left a query's window become very small: those of lane i before key {@code begin + i}. Not −∞: a lane may
     * have nothing else in a block, and what that adds is shrunk to nothing by the next.
     */
    static void maskBefore(float[] workspace, int scores, int count, int begin, boolean windowed) {
        for (int s = 0; windowed && s < Math.min(count, begin + QUERIES - 1); s++) {
            for (int half = 0; half < QUERIES; half += LANES) {
                int at = scores + s * QUERIES + half;
                FloatVector.fromArray(FLOATS, workspace, at).blend(GONE, LANE.compare(VectorOperators.GT, s - begin - half)).intoArray(workspace, at);
            }
        }
    }

    private static final float GONE = -1e30f;

    /**
     * Turns scores into {@code e^(score − max)}, max being the greatest so far; renews {@code max} and {@code sum} and leaves in {@code shrink}
     * what former sums and outputs must be multiplied with (Milakov and Gimelshein 2018).
     */
    static void exponentials(float[] workspace, int scores, int count, int max, int sum, int shrink) {
        for (int half = 0; half < QUERIES; half += LANES) {
            System.arraycopy(workspace, max + half, workspace, shrink + half, LANES);
            maximum(workspace, scores + half, count, max + half);
            renew(workspace, max + half, sum + half, shrink + half);
            addExponentials(workspace, scores + half, count, max + half, sum + half);
        }
    }

    /** Two at a time: a comparison takes several cycles. Blended, because max must tell −0 from 0; a NaN makes the sum one. */
    private static void maximum(float[] workspace, int scores, int count, int max) {
        var even = FloatVector.fromArray(FLOATS, workspace, max);
        var odd = even;
        for (int s = 0; s < count; s += 2) {
            var score = FloatVector.fromArray(FLOATS, workspace, scores + s * QUERIES);
            even = even.blend(score, score.compare(VectorOperators.GT, even));
            var next = FloatVector.fromArray(FLOATS, workspace, scores + Math.min(s + 1, count - 1) * QUERIES);
            odd = odd.blend(next, next.compare(VectorOperators.GT, odd));
        }
        even.blend(odd, odd.compare(VectorOperators.GT, even)).intoArray(workspace, max);
    }

    private static void renew(float[] workspace, int max, int sum, int shrink) {
        var factor = exp(FloatVector.fromArray(FLOATS, workspace, shrink).sub(FloatVector.fromArray(FLOATS, workspace, max)));
        factor.intoArray(workspace, shrink);
        factor.mul(FloatVector.fromArray(FLOATS, workspace, sum)).intoArray(workspace, sum);
    }

    private static void addExponentials(float[] workspace, int scores, int count, int max, int sum) {
        var shift = FloatVector.fromArray(FLOATS, workspace, max);
        var total = FloatVector.fromArray(FLOATS, workspace, sum);
        for (int s = 0; s < count; s++) {
            var e = exp(FloatVector.fromArray(FLOATS, workspace, scores + s * QUERIES).sub(shift));
            e.intoArray(workspace, scores + s * QUERIES);
            total = total.add(e);
        }
        total.intoArray(workspace, sum);
    }

    /**
     * Turns scores into probabilities {@code p = e^(score − normalizer)}, and their gradients by the values into gradients by the unscaled scores,
     * {@code p · (g − delta) · scale}.
     */
    static void derivatives(float[] workspace, int scores, int gradients, int count, int normalizer, int delta, float scale) {
        for (int half = 0; half < QUERIES; half += LANES) {
            var shift = FloatVector.fromArray(FLOATS, workspace, normalizer + half);
            var taken = FloatVector.fromArray(FLOATS, workspace, delta + half);
            for (int at = half; at < count * QUERIES; at += QUERIES) {
                var p = exp(FloatVector.fromArray(FLOATS, workspace, scores + at).sub(shift));
                p.intoArray(workspace, scores + at);
                p.mul(scale).mul(FloatVector.fromArray(FLOATS, workspace, gradients + at).sub(taken)).intoArray(workspace, gradients + at);
            }
        }
    }

    /** Multiplies {@code count} elements by {@code factor}. */
    static void scale(float[] x, int at, int count, float factor) {
        for (int i = at; i < at + count; i++) {
            x[i] *= factor;
        }
    }
}
