package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.GemmTile.A_ROW;
import static patchbay.engine.cpu.vector.GemmTile.COLUMNS;
import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.INTS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The tiles of {@link GemmTile} that do most of the work, for a packed B: its rows are a constant apart, so their bounds are
 * checked before the loop. With a distance to be kept, registers run short, and the compiler may come to put it into one of the vectors', from which each
 * step fetches it again: a sixth slower, in one compilation and not in the next.
 */
final class PackedTile {

    private PackedTile() {}

    /** As {@link GemmTile#rows8}, with row p of B at {@code b0 + p·COLUMNS}. */
    static void rows8(int k, float[] a, int a0, float[] b, int b0,
            float[] c, int c0, int cRow, int keep) {
        var left0 = FloatVector.zero(FLOATS);
        var right0 = FloatVector.zero(FLOATS);
        var left1 = FloatVector.zero(FLOATS);
        var right1 = FloatVector.zero(FLOATS);
        var left2 = FloatVector.zero(FLOATS);
        var right2 = FloatVector.zero(FLOATS);
        var left3 = FloatVector.zero(FLOATS);
        var right3 = FloatVector.zero(FLOATS);
        var left4 = FloatVector.zero(FLOATS);
        var right4 = FloatVector.zero(FLOATS);
        var left5 = FloatVector.zero(FLOATS);
        var right5 = FloatVector.zero(FLOATS);
        var left6 = FloatVector.zero(FLOATS);
        var right6 = FloatVector.zero(FLOATS);
        var left7 = FloatVector.zero(FLOATS);
        var right7 = FloatVector.zero(FLOATS);
        for (int p = 0; p < k; p++) {
            var left = FloatVector.fromArray(FLOATS, b, b0 + p * COLUMNS);
            var right = FloatVector.fromArray(FLOATS, b, b0 + p * COLUMNS + LANES);
            var x0 = FloatVector.broadcast(FLOATS, a[a0 + p]);
            left0 = x0.fma(left, left0);
            right0 = x0.fma(right, right0);
            var x1 = FloatVector.broadcast(FLOATS, a[a0 + p + A_ROW]);
            left1 = x1.fma(left, left1);
            right1 = x1.fma(right, right1);
            var x2 = FloatVector.broadcast(FLOATS, a[a0 + p + 2 * A_ROW]);
            left2 = x2.fma(left, left2);
            right2 = x2.fma(right, right2);
            var x3 = FloatVector.broadcast(FLOATS, a[a0 + p + 3 * A_ROW]);
            left3 = x3.fma(left, left3);
            right3 = x3.fma(right, right3);
            var x4 = FloatVector.broadcast(FLOATS, a[a0 + p + 4 * A_ROW]);
            left4 = x4.fma(left, left4);
            right4 = x4.fma(right, right4);
            var x5 = FloatVector.broadcast(FLOATS, a[a0 + p + 5 * A_ROW]);
            left5 = x5.fma(left, left5);
            right5 = x5.fma(right, right5);
            var x6 = FloatVector.broadcast(FLOATS, a[a0 + p + 6 * A_ROW]);
            left6 = x6.fma(left, left6);
            right6 = x6.fma(right, right6);
            var x7 = FloatVector.broadcast(FLOATS, a[a0 + p + 7 * A_ROW]);
            left7 = x7.fma(left, left7);
            right7 = x7.fma(right, right7);
        }
        int c1 = c0 + cRow;
        int c2 = c1 + cRow;
        int c3 = c2 + cRow;
        int c4 = c3 + cRow;
        int c5 = c4 + cRow;
        int c6 = c5 + cRow;
        int c7 = c6 + cRow;
        var mask = IntVector.broadcast(INTS, keep);
        left0.add(FloatVector.fromArray(FLOATS, c, c0).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c0);
        right0.add(FloatVector.fromArray(FLOATS, c, c0 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c0 + LANES);
        left1.add(FloatVector.fromArray(FLOATS, c, c1).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c1);
        right1.add(FloatVector.fromArray(FLOATS, c, c1 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c1 + LANES);
        left2.add(FloatVector.fromArray(FLOATS, c, c2).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c2);
        right2.add(FloatVector.fromArray(FLOATS, c, c2 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c2 + LANES);
        left3.add(FloatVector.fromArray(FLOATS, c, c3).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c3);
        right3.add(FloatVector.fromArray(FLOATS, c, c3 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c3 + LANES);
        left4.add(FloatVector.fromArray(FLOATS, c, c4).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c4);
        right4.add(FloatVector.fromArray(FLOATS, c, c4 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c4 + LANES);
        left5.add(FloatVector.fromArray(FLOATS, c, c5).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c5);
        right5.add(FloatVector.fromArray(FLOATS, c, c5 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c5 + LANES);
        left6.add(FloatVector.fromArray(FLOATS, c, c6).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c6);
        right6.add(FloatVector.fromArray(FLOATS, c, c6 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c6 + LANES);
        left7.add(FloatVector.fromArray(FLOATS, c, c7).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c7);
        right7.add(FloatVector.fromArray(FLOATS, c, c7 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c7 + LANES);
    }

    /** As {@link GemmTile#columns8}, with row p of B at {@code b0 + p·COLUMNS}. */
    static void columns8(int k, float[] a, int a0, int aColumn, float[] b, int b0,
            float[] c, int c0, int cRow, int keep) {
        var left0 = FloatVector.zero(FLOATS);
        var right0 = FloatVector.zero(FLOATS);
        var left1 = FloatVector.zero(FLOATS);
        var right1 = FloatVector.zero(FLOATS);
        var left2 = FloatVector.zero(FLOATS);
        var right2 = FloatVector.zero(FLOATS);
        var left3 = FloatVector.zero(FLOATS);
        var right3 = FloatVector.zero(FLOATS);
        var left4 = FloatVector.zero(FLOATS);
        var right4 = FloatVector.zero(FLOATS);
        var left5 = FloatVector.zero(FLOATS);
        var right5 = FloatVector.zero(FLOATS);
        var left6 = FloatVector.zero(FLOATS);
        var right6 = FloatVector.zero(FLOATS);
        var left7 = FloatVector.zero(FLOATS);
        var right7 = FloatVector.zero(FLOATS);
        for (int p = 0, i = a0; p < k; p++, i += aColumn) {
            var left = FloatVector.fromArray(FLOATS, b, b0 + p * COLUMNS);
            var right = FloatVector.fromArray(FLOATS, b, b0 + p * COLUMNS + LANES);
            var x0 = FloatVector.broadcast(FLOATS, a[i]);
            left0 = x0.fma(left, left0);
            right0 = x0.fma(right, right0);
            var x1 = FloatVector.broadcast(FLOATS, a[i + 1]);
            left1 = x1.fma(left, left1);
            right1 = x1.fma(right, right1);
            var x2 = FloatVector.broadcast(FLOATS, a[i + 2]);
            left2 = x2.fma(left, left2);
            right2 = x2.fma(right, right2);
            var x3 = FloatVector.broadcast(FLOATS, a[i + 3]);
            left3 = x3.fma(left, left3);
            right3 = x3.fma(right, right3);
            var x4 = FloatVector.broadcast(FLOATS, a[i + 4]);
            left4 = x4.fma(left, left4);
            right4 = x4.fma(right, right4);
            var x5 = FloatVector.broadcast(FLOATS, a[i + 5]);
            left5 = x5.fma(left, left5);
            right5 = x5.fma(right, right5);
            var x6 = FloatVector.broadcast(FLOATS, a[i + 6]);
            left6 = x6.fma(left, left6);
            right6 = x6.fma(right, right6);
            var x7 = FloatVector.broadcast(FLOATS, a[i + 7]);
            left7 = x7.fma(left, left7);
            right7 = x7.fma(right, right7);
        }
        int c1 = c0 + cRow;
        int c2 = c1 + cRow;
        int c3 = c2 + cRow;
        int c4 = c3 + cRow;
        int c5 = c4 + cRow;
        int c6 = c5 + cRow;
        int c7 = c6 + cRow;
        var mask = IntVector.broadcast(INTS, keep);
        left0.add(FloatVector.fromArray(FLOATS, c, c0).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c0);
        right0.add(FloatVector.fromArray(FLOATS, c, c0 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c0 + LANES);
        left1.add(FloatVector.fromArray(FLOATS, c, c1).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c1);
        right1.add(FloatVector.fromArray(FLOATS, c, c1 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c1 + LANES);
        left2.add(FloatVector.fromArray(FLOATS, c, c2).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c2);
        right2.add(FloatVector.fromArray(FLOATS, c, c2 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c2 + LANES);
        left3.add(FloatVector.fromArray(FLOATS, c, c3).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c3);
        right3.add(FloatVector.fromArray(FLOATS, c, c3 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c3 + LANES);
        left4.add(FloatVector.fromArray(FLOATS, c, c4).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c4);
        right4.add(FloatVector.fromArray(FLOATS, c, c4 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c4 + LANES);
        left5.add(FloatVector.fromArray(FLOATS, c, c5).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c5);
        right5.add(FloatVector.fromArray(FLOATS, c, c5 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c5 + LANES);
        left6.add(FloatVector.fromArray(FLOATS, c, c6).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c6);
        right6.add(FloatVector.fromArray(FLOATS, c, c6 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c6 + LANES);
        left7.add(FloatVector.fromArray(FLOATS, c, c7).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c7);
        right7.add(FloatVector.fromArray(FLOATS, c, c7 + LANES).reinterpretAsInts().and(mask).reinterpretAsFloats()).intoArray(c, c7 + LANES);
    }
}
