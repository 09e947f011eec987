package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.INTS;
import static patchbay.engine.cpu.vector.Vectors.LANES;
import static patchbay.engine.cpu.vector.Widening.SHORTS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** One row of f32 times weights in bf16, which an f32 has for its upper half. Vectors need {@link Widening#VECTORS}. */
final class Bf16 {

    private Bf16() {}

    static float widened(short x) {
        return Float.intBitsToFloat(x << 16);
    }

    static FloatVector widened(short[] x, int at) {
        return ((IntVector) ShortVector.fromArray(SHORTS, x, at).convertShape(VectorOperators.S2I, INTS, 0))
                .lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    /** Four rows of B, each times its factor, added to C one after another. */
    static void add4(float x0, float x1, float x2, float x3, short[] b, int b0, int bRow, float[] c, int c0, int n) {
        int b1 = b0 + bRow;
        int b2 = b1 + bRow;
        int b3 = b2 + bRow;
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            var sum = FloatVector.fromArray(FLOATS, c, c0 + j);
            sum = widened(b, b0 + j).fma(FloatVector.broadcast(FLOATS, x0), sum);
            sum = widened(b, b1 + j).fma(FloatVector.broadcast(FLOATS, x1), sum);
            sum = widened(b, b2 + j).fma(FloatVector.broadcast(FLOATS, x2), sum);
            widened(b, b3 + j).fma(FloatVector.broadcast(FLOATS, x3), sum).intoArray(c, c0 + j);
        }
        for (; j < n; j++) {
            float sum = Math.fma(x0, widened(b[b0 + j]), c[c0 + j]);
            sum = Math.fma(x1, widened(b[b1 + j]), sum);
            sum = Math.fma(x2, widened(b[b2 + j]), sum);
            c[c0 + j] = Math.fma(x3, widened(b[b3 + j]), sum);
        }
    }

    /** Four dot products with columns of B. */
    static void dots4(float[] a, int a0, short[] b, int b0, int bColumn, float[] c, int c0, int k) {
        int b1 = b0 + bColumn;
        int b2 = b1 + bColumn;
        int b3 = b2 + bColumn;
        var sum0 = FloatVector.zero(FLOATS);
        var sum1 = FloatVector.zero(FLOATS);
        var sum2 = FloatVector.zero(FLOATS);
        var sum3 = FloatVector.zero(FLOATS);
        int p = 0;
        for (; p <= k - LANES; p += LANES) {
            var x = FloatVector.fromArray(FLOATS, a, a0 + p);
            sum0 = x.fma(widened(b, b0 + p), sum0);
            sum1 = x.fma(widened(b, b1 + p), sum1);
            sum2 = x.fma(widened(b, b2 + p), sum2);
            sum3 = x.fma(widened(b, b3 + p), sum3);
        }
        float rest0 = 0;
        float rest1 = 0;
        float rest2 = 0;
        float rest3 = 0;
        for (; p < k; p++) {
            float x = a[a0 + p];
            rest0 = Math.fma(x, widened(b[b0 + p]), rest0);
            rest1 = Math.fma(x, widened(b[b1 + p]), rest1);
            rest2 = Math.fma(x, widened(b[b2 + p]), rest2);
            rest3 = Math.fma(x, widened(b[b3 + p]), rest3);
        }
        c[c0] = Vectors.sum(sum0) + rest0;
        c[c0 + 1] = Vectors.sum(sum1) + rest1;
        c[c0 + 2] = Vectors.sum(sum2) + rest2;
        c[c0 + 3] = Vectors.sum(sum3) + rest3;
    }
}
