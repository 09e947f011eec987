package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * The products that attention is made of: {@code C += A · B} for a few rows of C, over operands that lie in the caches and need no
 * packing. An element is one chain of fused additions in the order of the summed index, so it has the same bits whichever rows
 * it is computed with.
 *
 * <p>Every method: {@code k} length of the sum; element (r, p) of A at {@code a0 + r·aRow + p·aColumn}; row p of B at
 * {@code b0 + p·bRow}, contiguous; row r of C at {@code c0 + r·cRow}.
 */
final class AttentionTile {

    /** Most rows at a time. */
    static final int ROWS = 4;
    /** Columns at a time. */
    static final int WIDE = 2 * LANES;

    private AttentionTile() {}

    /** @param rows up to {@link #ROWS} */
    static void add(int rows, int k, float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, int columns,
            float[] c, int c0, int cRow) {
        if (k <= 0) {
            return;
        }
        int j = 0;
        for (; j + WIDE <= columns; j += WIDE) {
            if (rows == ROWS) {
                four(k, a, a0, aRow, aColumn, b, b0 + j, bRow, c, c0 + j, cRow);
            } else {
                for (int r = 0; r < rows; r++) {
                    one(k, a, a0 + r * aRow, aColumn, b, b0 + j, bRow, c, c0 + r * cRow + j);
                }
            }
        }
        for (; j < columns; j += LANES) {
            for (int r = 0; r < rows; r++) {
                narrow(k, a, a0 + r * aRow, aColumn, b, b0 + j, bRow, columns - j, c, c0 + r * cRow + j);
            }
        }
    }

    private static void four(int k, float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, float[] c, int c0, int cRow) {
        int c1 = c0 + cRow;
        int c2 = c1 + cRow;
        int c3 = c2 + cRow;
        var left0 = FloatVector.fromArray(FLOATS, c, c0);
        var right0 = FloatVector.fromArray(FLOATS, c, c0 + LANES);
        var left1 = FloatVector.fromArray(FLOATS, c, c1);
        var right1 = FloatVector.fromArray(FLOATS, c, c1 + LANES);
        var left2 = FloatVector.fromArray(FLOATS, c, c2);
        var right2 = FloatVector.fromArray(FLOATS, c, c2 + LANES);
        var left3 = FloatVector.fromArray(FLOATS, c, c3);
        var right3 = FloatVector.fromArray(FLOATS, c, c3 + LANES);
        int a1 = a0 + aRow;
        int a2 = a1 + aRow;
        int a3 = a2 + aRow;
        for (int p = 0, i = 0, j = b0; p < k; p++, i += aColumn, j += bRow) {
            var left = FloatVector.fromArray(FLOATS, b, j);
            var right = FloatVector.fromArray(FLOATS, b, j + LANES);
            var x0 = FloatVector.broadcast(FLOATS, a[a0 + i]);
            left0 = x0.fma(left, left0);
            right0 = x0.fma(right, right0);
            var x1 = FloatVector.broadcast(FLOATS, a[a1 + i]);
            left1 = x1.fma(left, left1);
            right1 = x1.fma(right, right1);
            var x2 = FloatVector.broadcast(FLOATS, a[a2 + i]);
            left2 = x2.fma(left, left2);
            right2 = x2.fma(right, right2);
            var x3 = FloatVector.broadcast(FLOATS, a[a3 + i]);
            left3 = x3.fma(left, left3);
            right3 = x3.fma(right, right3);
        }
        left0.intoArray(c, c0);
        right0.intoArray(c, c0 + LANES);
        left1.intoArray(c, c1);
        right1.intoArray(c, c1 + LANES);
        left2.intoArray(c, c2);
        right2.intoArray(c, c2 + LANES);
        left3.intoArray(c, c3);
        right3.intoArray(c, c3 + LANES);
    }

    private static void one(int k, float[] a, int a0, int aColumn, float[] b, int b0, int bRow, float[] c, int c0) {
        var left = FloatVector.fromArray(FLOATS, c, c0);
        var right = FloatVector.fromArray(FLOATS, c, c0 + LANES);
        for (int p = 0, i = a0, j = b0; p < k; p++, i += aColumn, j += bRow) {
            var x = FloatVector.broadcast(FLOATS, a[i]);
            left = x.fma(FloatVector.fromArray(FLOATS, b, j), left);
            right = x.fma(FloatVector.fromArray(FLOATS, b, j + LANES), right);
        }
        left.intoArray(c, c0);
        right.intoArray(c, c0 + LANES);
    }

    /** At most a vector of columns. */
    private static void narrow(int k, float[] a, int a0, int aColumn, float[] b, int b0, int bRow, int columns, float[] c, int c0) {
        var lanes = FLOATS.indexInRange(0, columns);
        var sum = FloatVector.fromArray(FLOATS, c, c0, lanes);
        for (int p = 0, i = a0, j = b0; p < k; p++, i += aColumn, j += bRow) {
            sum = FloatVector.broadcast(FLOATS, a[i]).fma(FloatVector.fromArray(FLOATS, b, j, lanes), sum);
        }
        sum.intoArray(c, c0, lanes);
    }
}
