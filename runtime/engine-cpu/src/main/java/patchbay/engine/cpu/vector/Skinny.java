package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Products of a few rows with a large matrix, as when one token is decoded: every element of B is used so seldom that the
 * time goes into reading it. So B is read once, where it lies and in the order in which it lies, and nothing is packed.
 *
 * <p>Rows of B are read in four places at once, a quarter of them apart: a processor prefetches four long streams sooner than one,
 * or than four that end with every row.
 *
 * <p>An element of C has the same bits whichever rows and columns are computed with it: where the rows of B are contiguous it is one
 * chain of fused multiply-adds, the first of each quarter of p, the second of each, and so on, and then what four do not divide;
 * otherwise one sum of a vector, lane by lane, and of what does not fill one.
 */
final class Skinny {

    /** Most rows for which this is the faster way. */
    static final int ROWS = 4;
    /** Elements of C at a time: 16 KiB of the first cache. */
    private static final int STRIP = 4096;

    /** The rows of A one after another, where they are not so already. Holds plain arrays only. */
    private static final ThreadLocal<float[][]> WORKSPACE = ThreadLocal.withInitial(() -> new float[1][0]);

    private Skinny() {}

    /** As {@link Gemm#multiply}; B has contiguous rows or contiguous columns. */
    static void multiply(float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, int bColumn,
            float[] c, int c0, int cRow, int m, int n, int k) {
        if (bColumn == 1) {
            int columns = STRIP / Math.max(1, m);
            for (int j = 0; j < n; j += columns) {
                strip(a, a0, aRow, aColumn, b, b0 + j, bRow, c, c0 + j, cRow, m, Math.min(columns, n - j), k);
            }
        } else if (aColumn == 1) {
            dots(a, a0, aRow, b, b0, bColumn, c, c0, cRow, m, n, k);
        } else {
            dots(gathered(a, a0, aRow, aColumn, m, k), 0, k, b, b0, bColumn, c, c0, cRow, m, n, k);
        }
    }

    private static float[] gathered(float[] a, int a0, int aRow, int aColumn, int m, int k) {
        var held = WORKSPACE.get();
        if (held[0].length < m * k) {
            held[0] = new float[m * k];
        }
        var rows = held[0];
        for (int p = 0; p < k; p++) {
            for (int i = 0; i < m; i++) {
                rows[i * k + p] = a[a0 + i * aRow + p * aColumn];
            }
        }
        return rows;
    }

    private static void strip(float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, float[] c, int c0, int cRow,
            int m, int n, int k) {
        for (int i = 0; i < m; i++) {
            Arrays.fill(c, c0 + i * cRow, c0 + i * cRow + n, 0);
        }
        add(a, a0, aRow, aColumn, b, b0, bRow, c, c0, cRow, m, n, k);
    }

    /** {@code C += A · B} of contiguous rows of B. */
    static void add(float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, float[] c, int c0, int cRow,
            int m, int n, int k) {
        int quarter = k / 4;
        int step = quarter * aColumn;
        for (int p = 0; p < quarter; p++) {
            int row = b0 + p * bRow;
            if (m == 4) {
                rows4(a, a0 + p * aColumn, aRow, step, b, row, quarter * bRow, c, c0, cRow, n);
                continue;
            }
            for (int i = 0; i < m; i++) {
                int at = a0 + i * aRow + p * aColumn;
                add4(a[at], a[at + step], a[at + 2 * step], a[at + 3 * step], b, row, quarter * bRow, c, c0 + i * cRow, n);
            }
        }
        for (int p = 4 * quarter; p < k; p++) {
            for (int i = 0; i < m; i++) {
                add1(a[a0 + i * aRow + p * aColumn], b, b0 + p * bRow, c, c0 + i * cRow, n);
            }
        }
    }

    /** Four rows of B, each times its factor, added to C one after another. */
    private static void add4(float x0, float x1, float x2, float x3, float[] b, int b0, int bRow, float[] c, int c0, int n) {
        int b1 = b0 + bRow;
        int b2 = b1 + bRow;
        int b3 = b2 + bRow;
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            var sum = FloatVector.fromArray(FLOATS, c, c0 + j);
            sum = FloatVector.fromArray(FLOATS, b, b0 + j).fma(FloatVector.broadcast(FLOATS, x0), sum);
            sum = FloatVector.fromArray(FLOATS, b, b1 + j).fma(FloatVector.broadcast(FLOATS, x1), sum);
            sum = FloatVector.fromArray(FLOATS, b, b2 + j).fma(FloatVector.broadcast(FLOATS, x2), sum);
            FloatVector.fromArray(FLOATS, b, b3 + j).fma(FloatVector.broadcast(FLOATS, x3), sum).intoArray(c, c0 + j);
        }
        for (; j < n; j++) {
            float sum = Math.fma(x0, b[b0 + j], c[c0 + j]);
            sum = Math.fma(x1, b[b1 + j], sum);
            sum = Math.fma(x2, b[b2 + j], sum);
            c[c0 + j] = Math.fma(x3, b[b3 + j], sum);
        }
    }

    /** {@link #add4} for four rows at once, which share what is loaded of B. */
    private static void rows4(float[] a, int a0, int aRow, int aColumn, float[] b, int b0, int bRow, float[] c, int c0, int cRow, int n) {
        int a1 = a0 + aRow;
        int a2 = a1 + aRow;
        int a3 = a2 + aRow;
        // read once: for all the compiler knows, C is A
        float x00 = a[a0];
        float x01 = a[a0 + aColumn];
        float x02 = a[a0 + 2 * aColumn];
        float x03 = a[a0 + 3 * aColumn];
        float x10 = a[a1];
        float x11 = a[a1 + aColumn];
        float x12 = a[a1 + 2 * aColumn];
        float x13 = a[a1 + 3 * aColumn];
        float x20 = a[a2];
        float x21 = a[a2 + aColumn];
        float x22 = a[a2 + 2 * aColumn];
        float x23 = a[a2 + 3 * aColumn];
        float x30 = a[a3];
        float x31 = a[a3 + aColumn];
        float x32 = a[a3 + 2 * aColumn];
        float x33 = a[a3 + 3 * aColumn];
        int whole = Vectors.floor(n);
        for (int j = 0; j < whole; j += LANES) {
            var y0 = FloatVector.fromArray(FLOATS, b, b0 + j);
            var y1 = FloatVector.fromArray(FLOATS, b, b0 + bRow + j);
            var y2 = FloatVector.fromArray(FLOATS, b, b0 + 2 * bRow + j);
            var y3 = FloatVector.fromArray(FLOATS, b, b0 + 3 * bRow + j);
            var sum0 = FloatVector.fromArray(FLOATS, c, c0 + j);
            var sum1 = FloatVector.fromArray(FLOATS, c, c0 + cRow + j);
            var sum2 = FloatVector.fromArray(FLOATS, c, c0 + 2 * cRow + j);
            var sum3 = FloatVector.fromArray(FLOATS, c, c0 + 3 * cRow + j);
            sum0 = y0.fma(FloatVector.broadcast(FLOATS, x00), sum0);
            sum1 = y0.fma(FloatVector.broadcast(FLOATS, x10), sum1);
            sum2 = y0.fma(FloatVector.broadcast(FLOATS, x20), sum2);
            sum3 = y0.fma(FloatVector.broadcast(FLOATS, x30), sum3);
            sum0 = y1.fma(FloatVector.broadcast(FLOATS, x01), sum0);
            sum1 = y1.fma(FloatVector.broadcast(FLOATS, x11), sum1);
            sum2 = y1.fma(FloatVector.broadcast(FLOATS, x21), sum2);
            sum3 = y1.fma(FloatVector.broadcast(FLOATS, x31), sum3);
            sum0 = y2.fma(FloatVector.broadcast(FLOATS, x02), sum0);
            sum1 = y2.fma(FloatVector.broadcast(FLOATS, x12), sum1);
            sum2 = y2.fma(FloatVector.broadcast(FLOATS, x22), sum2);
            sum3 = y2.fma(FloatVector.broadcast(FLOATS, x32), sum3);
            sum0 = y3.fma(FloatVector.broadcast(FLOATS, x03), sum0);
            sum1 = y3.fma(FloatVector.broadcast(FLOATS, x13), sum1);
            sum2 = y3.fma(FloatVector.broadcast(FLOATS, x23), sum2);
            sum3 = y3.fma(FloatVector.broadcast(FLOATS, x33), sum3);
            sum0.intoArray(c, c0 + j);
            sum1.intoArray(c, c0 + cRow + j);
            sum2.intoArray(c, c0 + 2 * cRow + j);
            sum3.intoArray(c, c0 + 3 * cRow + j);
        }
        for (int i = 0; whole < n && i < 4; i++) {
            int at = a0 + i * aRow;
            add4(a[at], a[at + aColumn], a[at + 2 * aColumn], a[at + 3 * aColumn], b, b0 + whole, bRow, c, c0 + i * cRow + whole, n - whole);
        }
    }

    private static void add1(float x, float[] b, int b0, float[] c, int c0, int n) {
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            FloatVector.fromArray(FLOATS, b, b0 + j).fma(FloatVector.broadcast(FLOATS, x), FloatVector.fromArray(FLOATS, c, c0 + j))
                    .intoArray(c, c0 + j);
        }
        for (; j < n; j++) {
            c[c0 + j] = Math.fma(x, b[b0 + j], c[c0 + j]);
        }
    }

    /** Rows of A and columns of B are contiguous. */
    private static void dots(float[] a, int a0, int aRow, float[] b, int b0, int bColumn, float[] c, int c0, int cRow,
            int m, int n, int k) {
        int quarter = n / 4;
        for (int j = 0; j < quarter; j++) {
            for (int i = 0; i < m; i++) {
                dots4(a, a0 + i * aRow, b, b0 + j * bColumn, quarter * bColumn, c, c0 + i * cRow + j, quarter, k);
            }
        }
        for (int j = 4 * quarter; j < n; j++) {
            for (int i = 0; i < m; i++) {
                dot(a, a0 + i * aRow, b, b0 + j * bColumn, c, c0 + i * cRow + j, k);
            }
        }
    }

    /** One row of A with four columns of B. */
    private static void dots4(float[] a, int a0, float[] b, int b0, int bApart, float[] c, int c0, int cApart, int k) {
        int b1 = b0 + bApart;
        int b2 = b1 + bApart;
        int b3 = b2 + bApart;
        var sum0 = FloatVector.zero(FLOATS);
        var sum1 = FloatVector.zero(FLOATS);
        var sum2 = FloatVector.zero(FLOATS);
        var sum3 = FloatVector.zero(FLOATS);
        int p = 0;
        for (; p <= k - LANES; p += LANES) {
            var x = FloatVector.fromArray(FLOATS, a, a0 + p);
            sum0 = x.fma(FloatVector.fromArray(FLOATS, b, b0 + p), sum0);
            sum1 = x.fma(FloatVector.fromArray(FLOATS, b, b1 + p), sum1);
            sum2 = x.fma(FloatVector.fromArray(FLOATS, b, b2 + p), sum2);
            sum3 = x.fma(FloatVector.fromArray(FLOATS, b, b3 + p), sum3);
        }
        float rest0 = 0;
        float rest1 = 0;
        float rest2 = 0;
        float rest3 = 0;
        for (; p < k; p++) {
            float x = a[a0 + p];
            rest0 = Math.fma(x, b[b0 + p], rest0);
            rest1 = Math.fma(x, b[b1 + p], rest1);
            rest2 = Math.fma(x, b[b2 + p], rest2);
            rest3 = Math.fma(x, b[b3 + p], rest3);
        }
        c[c0] = Vectors.sum(sum0) + rest0;
        c[c0 + cApart] = Vectors.sum(sum1) + rest1;
        c[c0 + 2 * cApart] = Vectors.sum(sum2) + rest2;
        c[c0 + 3 * cApart] = Vectors.sum(sum3) + rest3;
    }

    private static void dot(float[] a, int a0, float[] b, int b0, float[] c, int c0, int k) {
        var sum = FloatVector.zero(FLOATS);
        int p = 0;
        for (; p <= k - LANES; p += LANES) {
            sum = FloatVector.fromArray(FLOATS, a, a0 + p).fma(FloatVector.fromArray(FLOATS, b, b0 + p), sum);
        }
        float rest = 0;
        for (; p < k; p++) {
            rest = Math.fma(a[a0 + p], b[b0 + p], rest);
        }
        c[c0] = Vectors.sum(sum) + rest;
    }
}
