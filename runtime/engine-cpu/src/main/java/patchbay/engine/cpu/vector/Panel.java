package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.before;
import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The products that attention is made of, for up to four rows at a time. An element is one chain of fused additions in the
 * order of the summed index, so it has the same bits whichever rows it is computed with.
 */
final class Panel {

    /** Rows that share the loads of the other operand. */
    static final int ROWS = 4;
    private static final int STEP = 2 * LANES;

    /** Holds plain arrays only: a thread must not keep a class of this bundle alive. */
    private static final ThreadLocal<float[][]> WORKSPACE = ThreadLocal.withInitial(() -> new float[1][0]);

    private Panel() {}

    /** This thread's array of at least {@code size} elements, with undefined content. */
    static float[] workspace(int size) {
        var held = WORKSPACE.get();
        if (held[0].length < size) {
            held[0] = new float[size];
        }
        return held[0];
    }

    /** {@code columns}, rounded up to what {@link #products} computes at once. */
    static int width(int columns) {
        return (columns + STEP - 1) / STEP * STEP;
    }

    /** {@code to[d, r] = from[r, d]}, rows of {@code to} filled up to {@code width} with zeros. */
    static void transpose(float[] from, int fromAt, int fromRow, int rows, int dim, float[] to, int toAt, int width) {
        for (int d = 0; d < dim; d++) {
            for (int r = 0; r < rows; r++) {
                to[toAt + d * width + r] = from[fromAt + r * fromRow + d];
            }
            Arrays.fill(to, toAt + d * width + rows, toAt + (d + 1) * width, 0);
        }
    }

    /**
     * {@code c[i, j] = Σ_d a[i, d] · b[d, j]} for {@code begin ≤ j < end}, widened to whole steps.
     *
     * @param rows up to {@link #ROWS}
     * @param width of the rows of b and of c
     */
    static void products(int rows, float[] a, int aAt, int aRow, int dim, float[] workspace, int bAt, int cAt, int width,
            int begin, int end) {
        int j = begin / STEP * STEP;
        if (rows == ROWS) {
            for (; j < end; j += STEP) {
                four(a, aAt, aRow, dim, workspace, bAt + j, cAt + j, width);
            }
        } else {
            for (; j < end; j += STEP) {
                for (int i = 0; i < rows; i++) {
                    one(a, aAt + i * aRow, dim, workspace, bAt + j, cAt + i * width + j, width);
                }
            }
        }
    }

    private static void four(float[] a, int aAt, int aRow, int dim, float[] workspace, int bAt, int cAt, int width) {
        var c00 = FloatVector.zero(FLOATS);
        var c01 = c00;
        var c10 = c00;
        var c11 = c00;
        var c20 = c00;
        var c21 = c00;
        var c30 = c00;
        var c31 = c00;
        for (int d = 0; d < dim; d++) {
            var b0 = load(workspace, bAt + d * width);
            var b1 = load(workspace, bAt + d * width + LANES);
            var a0 = FloatVector.broadcast(FLOATS, a[aAt + d]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            var a1 = FloatVector.broadcast(FLOATS, a[aAt + aRow + d]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            var a2 = FloatVector.broadcast(FLOATS, a[aAt + 2 * aRow + d]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            var a3 = FloatVector.broadcast(FLOATS, a[aAt + 3 * aRow + d]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00.intoArray(workspace, cAt);
        c01.intoArray(workspace, cAt + LANES);
        c10.intoArray(workspace, cAt + width);
        c11.intoArray(workspace, cAt + width + LANES);
        c20.intoArray(workspace, cAt + 2 * width);
        c21.intoArray(workspace, cAt + 2 * width + LANES);
        c30.intoArray(workspace, cAt + 3 * width);
        c31.intoArray(workspace, cAt + 3 * width + LANES);
    }

    private static void one(float[] a, int aAt, int dim, float[] workspace, int bAt, int cAt, int width) {
        var c0 = FloatVector.zero(FLOATS);
        var c1 = c0;
        for (int d = 0; d < dim; d++) {
            var left = FloatVector.broadcast(FLOATS, a[aAt + d]);
            c0 = left.fma(load(workspace, bAt + d * width), c0);
            c1 = left.fma(load(workspace, bAt + d * width + LANES), c1);
        }
        c0.intoArray(workspace, cAt);
        c1.intoArray(workspace, cAt + LANES);
    }

    /** {@code out[i, d] += Σ_s p[i, s] · b[s, d]} over {@code begin ≤ s < end}, with p in rows of {@code width}. */
    static void combine(int rows, float[] workspace, int pAt, int width, int begin, int end, float[] b, int bAt, int bRow,
            int dim, float[] out, int outAt, int outRow) {
        if (begin >= end) {
            return;
        }
        if (rows < ROWS) {
            for (int i = 0; i < rows; i++) {
                combine(workspace, pAt + i * width, begin, end, b, bAt, bRow, dim, out, outAt + i * outRow);
            }
            return;
        }
        int d = 0;
        for (; d + STEP <= dim; d += STEP) {
            combineWide(workspace, pAt, width, begin, end, b, bAt + d, bRow, out, outAt + d, outRow);
        }
        for (; d < dim; d += LANES) {
            combineNarrow(workspace, pAt, width, begin, end, b, bAt + d, bRow, dim - d, out, outAt + d, outRow);
        }
    }

    private static void combineWide(float[] p, int pAt, int width, int begin, int end, float[] b, int bAt, int bRow,
            float[] out, int outAt, int outRow) {
        var c00 = load(out, outAt);
        var c01 = load(out, outAt + LANES);
        var c10 = load(out, outAt + outRow);
        var c11 = load(out, outAt + outRow + LANES);
        var c20 = load(out, outAt + 2 * outRow);
        var c21 = load(out, outAt + 2 * outRow + LANES);
        var c30 = load(out, outAt + 3 * outRow);
        var c31 = load(out, outAt + 3 * outRow + LANES);
        for (int s = begin; s < end; s++) {
            var b0 = load(b, bAt + s * bRow);
            var b1 = load(b, bAt + s * bRow + LANES);
            var p0 = FloatVector.broadcast(FLOATS, p[pAt + s]);
            c00 = p0.fma(b0, c00);
            c01 = p0.fma(b1, c01);
            var p1 = FloatVector.broadcast(FLOATS, p[pAt + width + s]);
            c10 = p1.fma(b0, c10);
            c11 = p1.fma(b1, c11);
            var p2 = FloatVector.broadcast(FLOATS, p[pAt + 2 * width + s]);
            c20 = p2.fma(b0, c20);
            c21 = p2.fma(b1, c21);
            var p3 = FloatVector.broadcast(FLOATS, p[pAt + 3 * width + s]);
            c30 = p3.fma(b0, c30);
            c31 = p3.fma(b1, c31);
        }
        c00.intoArray(out, outAt);
        c01.intoArray(out, outAt + LANES);
        c10.intoArray(out, outAt + outRow);
        c11.intoArray(out, outAt + outRow + LANES);
        c20.intoArray(out, outAt + 2 * outRow);
        c21.intoArray(out, outAt + 2 * outRow + LANES);
        c30.intoArray(out, outAt + 3 * outRow);
        c31.intoArray(out, outAt + 3 * outRow + LANES);
    }

    private static void combineNarrow(float[] p, int pAt, int width, int begin, int end, float[] b, int bAt, int bRow,
            int columns, float[] out, int outAt, int outRow) {
        var lanes = before(0, columns);
        var c0 = load(out, outAt, lanes);
        var c1 = load(out, outAt + outRow, lanes);
        var c2 = load(out, outAt + 2 * outRow, lanes);
        var c3 = load(out, outAt + 3 * outRow, lanes);
        for (int s = begin; s < end; s++) {
            var right = load(b, bAt + s * bRow, lanes);
            c0 = FloatVector.broadcast(FLOATS, p[pAt + s]).fma(right, c0);
            c1 = FloatVector.broadcast(FLOATS, p[pAt + width + s]).fma(right, c1);
            c2 = FloatVector.broadcast(FLOATS, p[pAt + 2 * width + s]).fma(right, c2);
            c3 = FloatVector.broadcast(FLOATS, p[pAt + 3 * width + s]).fma(right, c3);
        }
        c0.intoArray(out, outAt, lanes);
        c1.intoArray(out, outAt + outRow, lanes);
        c2.intoArray(out, outAt + 2 * outRow, lanes);
        c3.intoArray(out, outAt + 3 * outRow, lanes);
    }

    /** The same for one row. */
    private static void combine(float[] p, int pAt, int begin, int end, float[] b, int bAt, int bRow, int dim, float[] out,
            int outAt) {
        for (int d = 0; d < dim; d += LANES) {
            var lanes = before(d, dim);
            var c = load(out, outAt + d, lanes);
            for (int s = begin; s < end; s++) {
                c = FloatVector.broadcast(FLOATS, p[pAt + s]).fma(load(b, bAt + s * bRow + d, lanes), c);
            }
            c.intoArray(out, outAt + d, lanes);
        }
    }
}
