package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.GemmTile.A_ROW;
import static patchbay.engine.cpu.vector.GemmTile.COLUMNS;
import static patchbay.engine.cpu.vector.GemmTile.ROWS;
import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.INTS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

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

    /** As long as a tile is high, or as long as a vector may be. */
    private static final VectorSpecies<Float> STRIP =
            VectorSpecies.of(float.class, VectorShape.forBitSize(Float.SIZE * Math.min(LANES, ROWS)));

    /** Distance of rows that wait to be transposed: no power of two, which would put them all into a few lines of the cache. */
    private static final int ROW = A_ROW + LANES;
    private static final int HALF_DONE = COLUMNS * ROW;

    /** Rows to be transposed, and a block half transposed. Plain arrays only. */
    private static final ThreadLocal<float[]> WORKSPACE = ThreadLocal.withInitial(() -> new float[HALF_DONE + LANES * LANES]);

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

    /** {@code m} contiguous rows of A, as strips of {@link GemmTile#ROWS}, one after another; read column by column, as they lie. */
    static void strips(float[] from, int origin, int column, float[] to, int at, int m, int k) {
        for (int p = 0; p < k; p++) {
            for (int i = 0; i < m; i += ROWS) {
                for (int lane = 0; lane < ROWS; lane += STRIP.length()) {
                    FloatVector.fromArray(STRIP, from, origin + p * column + i + lane).intoArray(to, at + i * k + p * ROWS + lane);
                }
            }
        }
    }

    /**
     * One panel: {@code to[at + p·width + j] = from[origin + p·row + j·column]} for {@code p < k} and {@code j < n}. What is
     * left of the panel's width keeps its content.
     *
     * @param n columns, at most {@code width} and {@link GemmTile#COLUMNS}
     * @param k at most {@link GemmTile#A_ROW}
     */
    static void pack(float[] from, int origin, int row, int column, float[] to, int at, int width, int n, int k) {
        if (column == 1) {
            copy(from, origin, row, to, at, width, k, n);
            return;
        }
        int whole = row == 1 && LANES >= 4 ? Vectors.floor(n) : 0;
        if (whole > 0) {
            transpose(from, origin, column, to, at, width, whole, k);
        }
        rest(from, origin + whole * column, row, column, to, at + whole, width, n - whole, k);
    }

    /**
     * {@code to[at + p·width + j] = from[origin + p + j·column]} for whole vectors of j. The rows of {@code from} are first
     * copied, one after another: read 64 bytes at a time in turns they would come from memory one by one.
     */
    private static void transpose(float[] from, int origin, int column, float[] to, int at, int width, int n, int k) {
        var rows = WORKSPACE.get();
        copy(from, origin, column, rows, 0, ROW, n, k);
        int whole = Vectors.floor(k);
        for (int p = 0; p < whole; p += LANES) {
            for (int j = 0; j < n; j += LANES) {
                transpose(rows, j * ROW + p, to, at + p * width + j, width);
            }
        }
        rest(rows, whole, 1, ROW, to, at + whole * width, width, n, k - whole);
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
     * themselves. Four rows at a time are in registers; a whole block there is more than the compiler keeps track of. Between
     * the two passes it lies where it stays in the first cache, and not in {@code to}, which may have to be fetched.
     */
    private static void transpose(float[] workspace, int origin, float[] to, int at, int width) {
        if (LANES == 4) {
            four(workspace, origin, ROW, to, at, width, FIRST_1, SECOND_1, FIRST_2, SECOND_2);
            return;
        }
        for (int i = 0; i < LANES; i += 4) {
            four(workspace, origin + i * ROW, ROW, workspace, HALF_DONE + i * LANES, LANES, FIRST_1, SECOND_1, FIRST_2, SECOND_2);
        }
        for (int i = 0; LANES == 8 && i < 4; i++) {
            two(workspace, HALF_DONE + i * LANES, 4 * LANES, to, at + i * width, 4 * width, FIRST_4, SECOND_4);
        }
        for (int i = 0; LANES == 16 && i < 4; i++) {
            four(workspace, HALF_DONE + i * LANES, 4 * LANES, to, at + i * width, 4 * width, FIRST_4, SECOND_4, FIRST_8, SECOND_8);
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

    private static void two(float[] from, int origin, int row, float[] to, int at, int width, IntVector first, IntVector second) {
        var x0 = FloatVector.fromArray(FLOATS, from, origin).reinterpretAsInts();
        var x1 = FloatVector.fromArray(FLOATS, from, origin + row).reinterpretAsInts();
        first.selectFrom(x0, x1).reinterpretAsFloats().intoArray(to, at);
        second.selectFrom(x0, x1).reinterpretAsFloats().intoArray(to, at + width);
    }
}
