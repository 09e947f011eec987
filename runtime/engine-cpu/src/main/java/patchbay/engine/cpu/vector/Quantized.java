package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Twins of {@link patchbay.kernels.Quantized}: bytes become floats on their way into a register. */
public final class Quantized {

    /** As many bytes as a vector has floats; vectors of fewer than eight floats have no such species. */
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * LANES)));
    private static final boolean VECTORS = LANES == BYTES.length();

    private Quantized() {}

    public static void attention(int first, int count, float[] q, byte[] k, float[] kScales, byte[] v, float[] vScales, int[] start,
            float[] bias, float[] out, float[] normalizer, int time, int keys, int heads, int groups, int dim, int valueDim, int window,
            int distances, float scale, float cap) {
        int exist = Math.min(keys, start[0] + time);
        var scores = Panel.workspace(Panel.width(exist));
        for (int row = first; row < first + count; row++) {
            int t = row % time;
            int h = row / time % heads;
            int b = row / time / heads;
            int begin = Attention.begin(start[0] + t, window);
            int seen = (window > 0 ? Math.min(exist, start[0] + t + 1) : exist) - begin;
            int head = (b * keys + begin) * groups + h / (heads / groups);
            int query = ((b * time + t) * heads + h) * dim;
            int result = ((b * time + t) * heads + h) * valueDim;
            dots(q, query, k, head * dim, groups * dim, seen, dim, scores);
            for (int s = 0; s < seen; s++) {
                scores[s] *= kScales[head + s * groups];
            }
            AttentionQuery.scores(scores, seen, scale, cap, bias, (h + 1) * distances - keys + start[0] + t - begin, distances);
            normalizer[row] = AttentionQuery.softmax(scores, 0, seen);
            for (int s = 0; s < seen; s++) {
                scores[s] *= vScales[head + s * groups];
            }
            combine(scores, seen, v, head * valueDim, groups * valueDim, valueDim, out, result);
        }
    }

    /** {@code scores[s] = q · k[s]} for {@code count} keys, four at a time to hide how long an addition takes. */
    private static void dots(float[] q, int qAt, byte[] k, int kAt, int kRow, int count, int dim, float[] scores) {
        int s = 0;
        for (; s <= count - 4; s += 4) {
            four(q, qAt, k, kAt + s * kRow, kRow, dim, scores, s);
        }
        for (; s < count; s++) {
            int at = kAt + s * kRow;
            var total = FloatVector.zero(FLOATS);
            int d = 0;
            for (; VECTORS && d <= dim - LANES; d += LANES) {
                total = load(q, qAt + d).fma(widened(k, at + d), total);
            }
            scores[s] = rest(Vectors.sum(total), q, qAt, k, at, d, dim);
        }
    }

    private static void four(float[] q, int qAt, byte[] k, int k0, int kRow, int dim, float[] scores, int at) {
        int k1 = k0 + kRow;
        int k2 = k1 + kRow;
        int k3 = k2 + kRow;
        var sum0 = FloatVector.zero(FLOATS);
        var sum1 = sum0;
        var sum2 = sum0;
        var sum3 = sum0;
        int d = 0;
        for (; VECTORS && d <= dim - LANES; d += LANES) {
            var x = load(q, qAt + d);
            sum0 = x.fma(widened(k, k0 + d), sum0);
            sum1 = x.fma(widened(k, k1 + d), sum1);
            sum2 = x.fma(widened(k, k2 + d), sum2);
            sum3 = x.fma(widened(k, k3 + d), sum3);
        }
        scores[at] = rest(Vectors.sum(sum0), q, qAt, k, k0, d, dim);
        scores[at + 1] = rest(Vectors.sum(sum1), q, qAt, k, k1, d, dim);
        scores[at + 2] = rest(Vectors.sum(sum2), q, qAt, k, k2, d, dim);
        scores[at + 3] = rest(Vectors.sum(sum3), q, qAt, k, k3, d, dim);
    }

    /** What is left of a product behind the last whole vector. */
    private static float rest(float sum, float[] q, int qAt, byte[] k, int kAt, int from, int dim) {
        for (int d = from; d < dim; d++) {
            sum = Math.fma(q[qAt + d], k[kAt + d], sum);
        }
        return sum;
    }

    /** {@code out[d] = Σ_s p[s] · b[s, d]} over {@code s < end}. */
    private static void combine(float[] p, int end, byte[] b, int bAt, int bRow, int dim, float[] out, int outAt) {
        int d = 0;
        for (; VECTORS && d <= dim - 4 * LANES; d += 4 * LANES) {
            wide(p, end, b, bAt + d, bRow, out, outAt + d);
        }
        for (; VECTORS && d <= dim - LANES; d += LANES) {
            var sum = FloatVector.zero(FLOATS);
            for (int s = 0, at = bAt + d; s < end; s++, at += bRow) {
                sum = FloatVector.broadcast(FLOATS, p[s]).fma(widened(b, at), sum);
            }
            sum.intoArray(out, outAt + d);
        }
        for (; d < dim; d++) {
            float sum = 0;
            for (int s = 0, at = bAt + d; s < end; s++, at += bRow) {
                sum = Math.fma(p[s], b[at], sum);
            }
            out[outAt + d] = sum;
        }
    }

    /** Four vectors of columns. */
    private static void wide(float[] p, int end, byte[] b, int bAt, int bRow, float[] out, int outAt) {
        var sum0 = FloatVector.zero(FLOATS);
        var sum1 = sum0;
        var sum2 = sum0;
        var sum3 = sum0;
        for (int s = 0, at = bAt; s < end; s++, at += bRow) {
            var x = FloatVector.broadcast(FLOATS, p[s]);
            sum0 = x.fma(widened(b, at), sum0);
            sum1 = x.fma(widened(b, at + LANES), sum1);
            sum2 = x.fma(widened(b, at + 2 * LANES), sum2);
            sum3 = x.fma(widened(b, at + 3 * LANES), sum3);
        }
        sum0.intoArray(out, outAt);
        sum1.intoArray(out, outAt + LANES);
        sum2.intoArray(out, outAt + 2 * LANES);
        sum3.intoArray(out, outAt + 3 * LANES);
    }

    private static FloatVector widened(byte[] from, int at) {
        return (FloatVector) ByteVector.fromArray(BYTES, from, at).convertShape(VectorOperators.B2F, FLOATS, 0);
    }
}
