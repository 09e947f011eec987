package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.GemmTile.A_ROW;
import static patchbay.engine.cpu.vector.GemmTile.COLUMNS;
import static patchbay.engine.cpu.vector.GemmTile.ROWS;

import java.util.Arrays;

/**
 * Matrix product in blocks that stay in the caches, after Goto and van de Geijn, "Anatomy of High-Performance Matrix
 * Multiplication" (2008): B is packed into panels as wide as a tile. A is copied, row by row if its rows are contiguous and
 * into strips as wide as a vector otherwise, unless its columns serve as they lie.
 *
 * <p>An element of C is a sum of sums over blocks of p whose borders depend on k alone. Nothing else enters, so a row
 * has the same bits however many others are computed with it.
 */
final class Gemm {

    /** Longest block of p: a panel of B, two vectors wide, takes 32 KiB of the first cache. */
    private static final int DEPTH = A_ROW;
    /** Most rows at a time: with {@link #DEPTH}, 256 KiB of A in the second cache. */
    private static final int HEIGHT = 256;
    /** Most columns at a time: with {@link #DEPTH}, 1 MiB of packed B. */
    private static final int WIDTH = 1024;
    /** Columns of B that are packed at a time: rows of a KiB are fetched from memory ahead of their use, shorter pieces are not. */
    private static final int TOGETHER = 256;
    /** Rows from which packing pays where B could be read in place. */
    private static final int WORTH_PACKING = 4 * ROWS;
    /** The same where B comes from memory: in place it is read in many short pieces. */
    private static final int WORTH_PACKING_FAR = 2 * ROWS;
    /** Elements of a B that is too large to lie in the second cache beside what else is used. */
    private static final int FAR = 128 * 1024;
    /** Elements of a B that is read in place by any number of rows: it stays in the first cache as it is. */
    static final int SMALL = 10 * 1024;
    /** Distance of A's columns up to which they are read in place: beyond, they drive each other out of the first cache. */
    private static final int NEAR = 768;

    /** Columns of B in a part of {@link #pack}. */
    private static final int PART = 64;

    /** Rows of A whose columns are packed together: those of a tile, which leave room in the first cache for a panel of B. */
    private static final int STRIP = ROWS;

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
        multiply(a, a0, aRow, aColumn, b, b0, bRow, bColumn, false, c, c0, cRow, m, n, k);
    }

    /**
     * {@link #multiply} by a B that lies as {@link #pack} leaves it; the same bits.
     *
     * @param first of B's columns to be multiplied by, where a panel begins; {@code n} of them
     * @param all columns of B
     */
    static void multiplyPacked(float[] a, int a0, int aRow, int aColumn, float[] packed, int first, int all,
            float[] c, int c0, int cRow, int m, int n, int k) {
        multiply(a, a0, aRow, aColumn, packed, first, padded(all), 0, true, c, c0, cRow, m, n, k);
    }

    /** Whether {@link #multiply} packs such a B for that many rows. */
    static boolean isPacked(int bRow, int bColumn, int m, int k) {
        long size = (long) k * bRow;
        return bColumn != 1 || m >= WORTH_PACKING && size > SMALL || m >= WORTH_PACKING_FAR && size > FAR;
    }

    /** Elements of a packed B. */
    static long packedSize(int n, int k) {
        return (long) padded(n) * k;
    }

    /** {@code n}, rounded up to whole panels. */
    static int padded(int n) {
        return (n + COLUMNS - 1) / COLUMNS * COLUMNS;
    }

    /** Into how many parts {@link #pack} divides B. */
    static int parts(int n, int k) {
        return ((n - 1) / PART + 1) * ((k - 1) / depth(k) + 1);
    }

    /** Packs {@code count} parts of B from {@code first} on: block of p after block, in each the panels of all columns. */
    static void pack(int first, int count, float[] b, int b0, int bRow, int bColumn, float[] packed, int n, int k) {
        int across = (n - 1) / PART + 1;
        for (int part = first; part < first + count; ) {
            int p = part / across * depth(k);
            int j = part % across * PART;
            int length = Math.min(depth(k), k - p);
            int columns = Math.min(Math.min(TOGETHER, (first + count - part) * PART), n - j);
            Packing.panels(b, b0 + p * bRow + j * bColumn, bRow, bColumn, packed, p * padded(n) + j * length, columns, length);
            part += (columns - 1) / PART + 1;
        }
    }

    /** Blocks of p are as equal as may be; they depend on k alone. */
    private static int depth(int k) {
        int blocks = (k - 1) / DEPTH + 1;
        return (k - 1) / blocks + 1;
    }

    private static void multiply(float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, int bColumn, boolean packed,
            float[] c, int c0, int cRow, int m, int n, int k) {
        if (k == 0) {
            for (int i = 0; i < m; i++) {
                Arrays.fill(c, c0 + i * cRow, c0 + i * cRow + n, 0);
            }
            return;
        }
        var workspace = WORKSPACE.get();
        int depth = depth(k);
        boolean inOrder = !packed && !isPacked(bRow, bColumn, m, k);
        boolean inPlace = aRow == 1 && aColumn <= NEAR;
        for (int p = 0; p < k; p += depth) {
            int length = Math.min(depth, k - p);
            int keep = p == 0 ? 0 : -1;
            for (int j = 0; j < n; j += WIDTH) {
                int width = Math.min(WIDTH, n - j);
                int whole = inOrder ? width / COLUMNS * COLUMNS : 0; // read in place
                for (int i = 0; i < m; i += HEIGHT) {
                    int height = Math.min(HEIGHT, m - i);
                    var left = a;
                    int left0 = a0 + i * aRow + p * aColumn;
                    int strip = STRIP;
                    int aStep = aColumn;
                    if (aColumn == 1) {
                        Packing.copy(a, left0, aRow, workspace, PACKED_A, A_ROW, height, length);
                        left = workspace;
                        left0 = PACKED_A;
                        strip = 0;
                    } else if (!inPlace) {
                        packA(a, left0, aRow, aColumn, workspace, height, length);
                        left = workspace;
                        left0 = PACKED_A;
                        strip = STRIP * length;
                        aStep = STRIP;
                    }
                    for (int panel = 0; panel < width; panel += COLUMNS) {
                        int columns = Math.min(COLUMNS, width - panel);
                        var right = workspace;
                        int right0 = panel * length;
                        int rightRow = COLUMNS;
                        if (packed) {
                            right = b;
                            right0 = p * bRow + (b0 + j + panel) * length;
                        } else if (panel < whole) {
                            right = b;
                            right0 = b0 + p * bRow + j + panel;
                            rightRow = bRow;
                        } else if (i == 0 && (panel - whole) % TOGETHER == 0) { // just before they are used
                            Packing.panels(b, b0 + p * bRow + (j + panel) * bColumn, bRow, bColumn, workspace, right0,
                                    Math.min(TOGETHER, width - panel), length);
                        }
                        panel(left, left0, aStep, strip, right, right0, rightRow, c, c0 + i * cRow + j + panel, cRow,
                                height, columns, length, keep, workspace);
                    }
                }
            }
        }
    }

    private static void packA(float[] a, int a0, int aRow, int aColumn, float[] workspace, int m, int k) {
        int whole = aRow == 1 ? m / STRIP * STRIP : 0;
        Packing.strips(a, a0, aColumn, workspace, PACKED_A, whole, k);
        for (int i = whole; i < m; i += STRIP) {
            Packing.pack(a, a0 + i * aRow, aColumn, aRow, workspace, PACKED_A + i * k, STRIP, Math.min(STRIP, m - i), k);
        }
    }

    /**
     * One panel of B against {@code m} rows of A: with {@code strip} 0 its rows are contiguous and {@code aStep} apart, otherwise
     * its columns in strips at that distance, {@code aStep} from one column to the next.
     */
    private static void panel(float[] a, int a0, int aStep, int strip, float[] b, int b0, int bRow, float[] c, int c0, int cRow,
            int m, int n, int k, int keep, float[] workspace) {
        for (int i = 0; i < m; ) {
            int rows = height(m - i);
            int at = strip == 0 ? a0 + i * A_ROW : a0 + i / STRIP * strip + i % STRIP;
            if (n == COLUMNS) {
                tile(rows, k, a, at, aStep, strip == 0, b, b0, bRow, c, c0 + i * cRow, cRow, keep);
            } else {
                tile(rows, k, a, at, aStep, strip == 0, b, b0, bRow, workspace, TILE, COLUMNS, 0);
                for (int r = 0; r < rows; r++) {
                    int to = c0 + (i + r) * cRow;
                    int from = TILE + r * COLUMNS;
                    for (int j = 0; j < n; j++) {
                        c[to + j] = keep == 0 ? workspace[from + j] : c[to + j] + workspace[from + j];
                    }
                }
            }
            i += rows;
        }
    }

    private static int height(int left) {
        return left >= ROWS ? ROWS : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    }

    private static void tile(int rows, int k, float[] a, int a0, int aStep, boolean byRows, float[] b, int b0, int bRow,
            float[] c, int c0, int cRow, int keep) {
        int aRow = byRows ? A_ROW : 1;
        int aColumn = byRows ? 1 : aStep;
        switch (rows) {
            case 8 -> {
                if (byRows && bRow == COLUMNS) {
                    PackedTile.rows8(k, a, a0, b, b0, c, c0, cRow, keep);
                } else if (byRows) {
                    GemmTile.rows8(k, a, a0, b, b0, bRow, c, c0, cRow, keep);
                } else if (bRow == COLUMNS) {
                    PackedTile.columns8(k, a, a0, aStep, b, b0, c, c0, cRow, keep);
                } else {
                    GemmTile.columns8(k, a, a0, aStep, b, b0, bRow, c, c0, cRow, keep);
                }
            }
            case 4 -> GemmTile.rows4(k, a, a0, aRow, aColumn, b, b0, bRow, c, c0, cRow, keep);
            case 2 -> GemmTile.rows2(k, a, a0, aRow, aColumn, b, b0, bRow, c, c0, cRow, keep);
            default -> GemmTile.rows1(k, a, a0, aRow, aColumn, b, b0, bRow, c, c0, cRow, keep);
        }
    }
}
