package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.GemmTile.COLUMNS;
import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.INTS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Puts the operands of a matrix product in the order in which {@link GemmTile} reads them: panels of so many columns, p
 * after p, the columns of a p together. A whose rows are not contiguous is packed as B is, its rows being the columns.
 */
final class Packing {

    /** Which of a pair's lanes become the first and the second result, where blocks of 1, 2, 4 or 8 lanes trade places. */
    private static final IntVector FIRST_1 = first(1);
    private static final IntVector SECOND_1 = second(1);
    private static final IntVector FIRST_2 = first(2);
    private static final IntVector SECOND_2 = second(2);
    private static final IntVector FIRST_4 = first(4);
    private static final IntVector SECOND_4 = second(4);
    private static final IntVector FIRST_8 = first(8);
    private static final IntVector SECOND_8 = second(8);

    private Packing() {}

    private static IntVector first(int d) {
        var from = new int[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            from[lane] = (lane & d) == 0 ? lane : LANES + lane - d;
        }
        return IntVector.fromArray(INTS, from, 0);
    }

    private static IntVector second(int d) {
        var from = new int[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            from[lane] = (lane & d) == 0 ? (lane + d) % LANES : LANES + lane;
        }
        return IntVector.fromArray(INTS, from, 0);
    }

    /** {@code n} columns of B as panels of {@link GemmTile#COLUMNS}, one after another. */
    static void panels(float[] from, int origin, int row, int column, float[] to, int at, int n, int k) {
        int whole = column == 1 ? n / COLUMNS * COLUMNS : 0;
        for (int p = 0; p < k; p++) {
            for (int j = 0; j < whole; j += COLUMNS) {
                int source = origin + p * row + j;
                int target = at + j * k + p * COLUMNS;
                FloatVector.fromArray(FLOATS, from, source).intoArray(to, target);
                FloatVector.fromArray(FLOATS, from, source + LANES).intoArray(to, target + LANES);
            }
        }
        for (int j = whole; j < n; j += COLUMNS) {
            pack(from, origin + j * column, row, column, to, at + j * k, COLUMNS, Math.min(COLUMNS, n - j), k);
        }
    }

    /**
     * One panel: {@code to[at + p·width + j] = from[origin + p·row + j·column]} for {@code p < k} and {@code j < n}. What is
     * left of the panel's width keeps its content.
     *
     * @param n columns, at most {@code width}
     */
    static void pack(float[] from, int origin, int row, int column, float[] to, int at, int width, int n, int k) {
        if (column == 1) {
            copy(from, origin, row, to, at, width, k, n);
            return;
        }
        for (int j = 0; j < n; j += LANES) {
            int columns = Math.min(LANES, n - j);
            int source = origin + j * column;
            int target = at + j;
            int done = 0;
            if (columns == LANES && row == 1 && LANES >= 4) {
                for (; done + LANES <= k; done += LANES) {
                    transpose(from, source + done, column, to, target + done * width, width);
                }
            }
            rest(from, source + done * row, row, column, to, target + done * width, width, columns, k - done);
        }
    }

    /** {@code to[at + i·toRow + j] = from[origin + i·row + j]} for {@code i < m} and {@code j < n}. */
    static void copy(float[] from, int origin, int row, float[] to, int at, int toRow, int m, int n) {
        int whole = Vectors.floor(n);
        for (int i = 0; i < m; i++) {
            int source = origin + i * row;
            int target = at + i * toRow;
            for (int j = 0; j < whole; j += LANES) {
                FloatVector.fromArray(FLOATS, from, source + j).intoArray(to, target + j);
            }
            for (int j = whole; j < n; j++) {
                to[target + j] = from[source + j];
            }
        }
    }

    private static void rest(float[] from, int origin, int row, int column, float[] to, int at, int width, int n, int k) {
        for (int p = 0; p < k; p++) {
            for (int j = 0; j < n; j++) {
                to[at + p * width + j] = from[origin + p * row + j * column];
            }
        }
    }

    /**
     * A block as high as a vector is long: pairs of rows at the distances 1, 2, 4 and 8 trade halves, quarters … of
     * themselves. Four rows at a time are in registers; a whole block there is more than the compiler keeps track of.
     */
    private static void transpose(float[] from, int origin, int row, float[] to, int at, int width) {
        for (int i = 0; i < LANES; i += 4) {
            four(from, origin + i * row, row, to, at + i * width, width, FIRST_1, SECOND_1, FIRST_2, SECOND_2);
        }
        for (int i = 0; LANES == 8 && i < 4; i++) {
            two(to, at + i * width, 4 * width, FIRST_4, SECOND_4);
        }
        for (int i = 0; LANES == 16 && i < 4; i++) {
            four(to, at + i * width, 4 * width, to, at + i * width, 4 * width, FIRST_4, SECOND_4, FIRST_8, SECOND_8);
        }
    }

    private static void four(float[] from, int origin, int row, float[] to, int at, int width,
            IntVector near1, IntVector near2, IntVector far1, IntVector far2) {
        var x0 = FloatVector.fromArray(FLOATS, from, origin).reinterpretAsInts();
        var x1 = FloatVector.fromArray(FLOATS, from, origin + row).reinterpretAsInts();
        var x2 = FloatVector.fromArray(FLOATS, from, origin + 2 * row).reinterpretAsInts();
        var x3 = FloatVector.fromArray(FLOATS, from, origin + 3 * row).reinterpretAsInts();
        var y0 = near1.selectFrom(x0, x1);
        var y1 = near2.selectFrom(x0, x1);
        var y2 = near1.selectFrom(x2, x3);
        var y3 = near2.selectFrom(x2, x3);
        far1.selectFrom(y0, y2).reinterpretAsFloats().intoArray(to, at);
        far1.selectFrom(y1, y3).reinterpretAsFloats().intoArray(to, at + width);
        far2.selectFrom(y0, y2).reinterpretAsFloats().intoArray(to, at + 2 * width);
        far2.selectFrom(y1, y3).reinterpretAsFloats().intoArray(to, at + 3 * width);
    }

    private static void two(float[] to, int at, int width, IntVector first, IntVector second) {
        var x0 = FloatVector.fromArray(FLOATS, to, at).reinterpretAsInts();
        var x1 = FloatVector.fromArray(FLOATS, to, at + width).reinterpretAsInts();
        first.selectFrom(x0, x1).reinterpretAsFloats().intoArray(to, at);
        second.selectFrom(x0, x1).reinterpretAsFloats().intoArray(to, at + width);
    }
}
