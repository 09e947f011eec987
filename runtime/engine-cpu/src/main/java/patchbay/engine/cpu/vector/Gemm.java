package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.GemmTile.COLUMNS;
import static patchbay.engine.cpu.vector.GemmTile.ROWS;
import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix product in blocks that stay in the caches, after Goto and van de Geijn, "Anatomy of High-Performance Matrix
 * Multiplication" (2008): B is packed into panels as wide as a tile, A is read where it lies unless its rows are not
 * contiguous.
 *
 * <p>An element of C is a sum of sums over blocks of p whose borders depend on k alone. Nothing else enters, so a row
 * has the same bits however many others are computed with it.
 */
final class Gemm {

    /** Longest block of p: a panel of B, two vectors wide, takes 32 KiB of the first cache. */
    private static final int DEPTH = 256;
    /** Most rows at a time: with {@link #DEPTH}, 256 KiB of A in the second cache. */
    private static final int HEIGHT = 256;
    /** Most columns at a time: with {@link #DEPTH}, 1 MiB of packed B. */
    private static final int WIDTH = 1024;
    /** Rows from which packing pays where B could be read in place. */
    private static final int WORTH_PACKING = 4 * ROWS;

    /** A vector as long as a tile is high. */
    private static final VectorSpecies<Float> STRIP = VectorSpecies.of(float.class, VectorShape.forBitSize(32 * ROWS));

    private static final int PACKED_A = DEPTH * WIDTH;
    private static final int TILE = PACKED_A + DEPTH * HEIGHT;

    /** Packed B, packed A, one tile. Plain arrays only: nothing here may hold on to a class of this bundle. */
    private static final ThreadLocal<float[]> WORKSPACE = ThreadLocal.withInitial(() -> new float[TILE + ROWS * COLUMNS]);

    private Gemm() {}

    /**
     * {@code C = A · B}: element (i, p) of A at {@code a0 + i·aRow + p·aColumn}, element (p, j) of B at
     * {@code b0 + p·bRow + j·bColumn}, element (i, j) of C at {@code c0 + i·cRow + j}.
     */
    static void multiply(float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, int bColumn,
            float[] c, int c0, int cRow, int m, int n, int k) {
        // Tiles add to C: one path for all blocks of p. A second one, first taken late, would throw the compiled tile away.
        for (int i = 0; i < m; i++) {
            Arrays.fill(c, c0 + i * cRow, c0 + i * cRow + n, 0);
        }
        if (k == 0) {
            return;
        }
        var workspace = WORKSPACE.get();
        int blocks = (k - 1) / DEPTH + 1;
        int depth = (k - 1) / blocks + 1;
        for (int p = 0; p < k; p += depth) {
            int length = Math.min(depth, k - p);
            for (int j = 0; j < n; j += WIDTH) {
                int width = Math.min(WIDTH, n - j);
                int whole = bColumn == 1 && m < WORTH_PACKING ? width / COLUMNS * COLUMNS : 0; // read in place
                packB(b, b0 + p * bRow + (j + whole) * bColumn, bRow, bColumn, workspace, width - whole, length);
                for (int i = 0; i < m; i += HEIGHT) {
                    int height = Math.min(HEIGHT, m - i);
                    var left = a;
                    int left0 = a0 + i * aRow + p * aColumn;
                    if (aColumn != 1) {
                        packA(a, left0, aRow, aColumn, workspace, height, length);
                        left = workspace;
                        left0 = PACKED_A;
                    }
                    for (int panel = 0; panel < width; panel += COLUMNS) {
                        boolean inPlace = panel < whole;
                        panel(left, left0, aColumn == 1 ? aRow : 0,
                                inPlace ? b : workspace, inPlace ? b0 + p * bRow + j + panel : (panel - whole) * length,
                                inPlace ? bRow : COLUMNS,
                                c, c0 + i * cRow + j + panel, cRow, height, Math.min(COLUMNS, width - panel), length, workspace);
                    }
                }
            }
        }
    }

    /** One panel of B against {@code m} rows of A. {@code aRow} is 0 for a packed A. */
    private static void panel(float[] a, int a0, int aRow, float[] b, int b0, int bRow, float[] c, int c0, int cRow,
            int m, int n, int k, float[] workspace) {
        for (int i = 0; i < m; ) {
            int rows = height(m - i);
            int packed = Math.min(ROWS, m - i / ROWS * ROWS); // rows of the strip of packed A that i is in
            int at = aRow > 0 ? a0 + i * aRow : a0 + i / ROWS * ROWS * k + i % ROWS;
            int row = aRow > 0 ? aRow : 1;
            int column = aRow > 0 ? 1 : packed;
            if (n == COLUMNS) {
                tile(rows, k, a, at, row, column, b, b0, bRow, c, c0 + i * cRow, cRow);
            } else {
                Arrays.fill(workspace, TILE, TILE + ROWS * COLUMNS, 0);
                tile(rows, k, a, at, row, column, b, b0, bRow, workspace, TILE, COLUMNS);
                for (int r = 0; r < rows; r++) {
                    for (int j = 0; j < n; j++) {
                        c[c0 + (i + r) * cRow + j] += workspace[TILE + r * COLUMNS + j];
                    }
                }
            }
            i += rows;
        }
    }

    private static int height(int left) {
        return left >= ROWS ? ROWS : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    }

    private static void tile(int rows, int k, float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow,
            float[] c, int c0, int cRow) {
        switch (rows) {
            case 8 -> GemmTile.rows8(k, a, a0, aRow, aColumn, b, b0, bRow, c, c0, cRow);
            case 4 -> GemmTile.rows4(k, a, a0, aRow, aColumn, b, b0, bRow, c, c0, cRow);
            case 2 -> GemmTile.rows2(k, a, a0, aRow, aColumn, b, b0, bRow, c, c0, cRow);
            default -> GemmTile.rows1(k, a, a0, aRow, aColumn, b, b0, bRow, c, c0, cRow);
        }
    }

    /** Strips of {@link GemmTile#ROWS} rows, or what is left in the last: p after p, the rows of a p together. */
    private static void packA(float[] a, int a0, int aRow, int aColumn, float[] packed, int m, int k) {
        for (int i = 0; i < m; i += ROWS) {
            int rows = Math.min(ROWS, m - i);
            int to = PACKED_A + i * k;
            int from = a0 + i * aRow;
            if (rows == ROWS && aRow == 1) {
                for (int p = 0; p < k; p++) {
                    FloatVector.fromArray(STRIP, a, from + p * aColumn).intoArray(packed, to + p * ROWS);
                }
            } else {
                for (int p = 0; p < k; p++) {
                    for (int r = 0; r < rows; r++) {
                        packed[to + p * rows + r] = a[from + p * aColumn + r * aRow];
                    }
                }
            }
        }
    }

    /** Panels of {@link GemmTile#COLUMNS} columns, the last filled up with zeros: p after p, the columns of a p together. */
    private static void packB(float[] b, int b0, int bRow, int bColumn, float[] packed, int n, int k) {
        for (int j = 0; j < n; j += COLUMNS) {
            int columns = Math.min(COLUMNS, n - j);
            int to = j * k;
            int from = b0 + j * bColumn;
            if (columns < COLUMNS) {
                Arrays.fill(packed, to, to + k * COLUMNS, 0);
            }
            if (columns == COLUMNS && bColumn == 1) {
                for (int p = 0; p < k; p++) {
                    FloatVector.fromArray(FLOATS, b, from + p * bRow).intoArray(packed, to + p * COLUMNS);
                    FloatVector.fromArray(FLOATS, b, from + p * bRow + LANES).intoArray(packed, to + p * COLUMNS + LANES);
                }
            } else if (bRow == 1) {
                transpose(b, from, bColumn, packed, to, columns, k);
            } else {
                for (int p = 0; p < k; p++) {
                    for (int x = 0; x < columns; x++) {
                        packed[to + p * COLUMNS + x] = b[from + p * bRow + x * bColumn];
                    }
                }
            }
        }
    }

    private static void transpose(float[] b, int from, int bColumn, float[] packed, int to, int columns, int k) {
        int x = 0;
        for (; x + 3 < columns; x += 4) { // four at a time, so that a line of the panel is visited less often
            int b0 = from + x * bColumn;
            int b1 = b0 + bColumn;
            int b2 = b1 + bColumn;
            int b3 = b2 + bColumn;
            for (int p = 0; p < k; p++) {
                int at = to + p * COLUMNS + x;
                packed[at] = b[b0 + p];
                packed[at + 1] = b[b1 + p];
                packed[at + 2] = b[b2 + p];
                packed[at + 3] = b[b3 + p];
            }
        }
        for (; x < columns; x++) {
            int source = from + x * bColumn;
            for (int p = 0; p < k; p++) {
                packed[to + p * COLUMNS + x] = b[source + p];
            }
        }
    }
}
