package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import patchbay.kernels.HalfPrecision;

/**
 * {@link Skinny}'s products with a B of halves, of which memory gives twice as many in the same time. For one row of A they are
 * widened in registers: every instruction more is a load less that is under way. For several rows, a few rows or columns of B
 * are widened into the first cache, once for all. An element of C has the same bits either way, and with a B of the same numbers in f32.
 */
final class HalfSkinny {

    /** Columns at a time: with four widened rows, 20 KiB of the first cache. */
    private static final int STRIP = 1024;

    private HalfSkinny() {}

    /** As {@link Skinny#multiply}. */
    static void multiply(float[] a, int a0, int aRow, int aColumn, short[] b, int b0, int bRow, int bColumn,
            float[] c, int c0, int cRow, int m, int n, int k, int mantissa) {
        if (bColumn == 1) {
            for (int j = 0; j < n; j += STRIP) {
                strip(a, a0, aRow, aColumn, b, b0 + j, bRow, c, c0 + j, cRow, m, Math.min(STRIP, n - j), k, mantissa);
            }
        } else {
            columns(a, a0, aRow, aColumn, b, b0, bColumn, c, c0, cRow, m, n, k, mantissa);
        }
    }

    /** B has contiguous rows. */
    private static void strip(float[] a, int a0, int aRow, int aColumn, short[] b, int b0, int bRow, float[] c, int c0, int cRow,
            int m, int n, int k, int mantissa) {
        for (int i = 0; i < m; i++) {
            Arrays.fill(c, c0 + i * cRow, c0 + i * cRow + n, 0);
        }
        int p = 0;
        for (; p + 3 < k && m == 1; p += 4) {
            int at = a0 + p * aColumn;
            if (Widening.inVectors(mantissa)) {
                addBf16(a[at], a[at + aColumn], a[at + 2 * aColumn], a[at + 3 * aColumn], b, b0 + p * bRow, bRow, c, c0, n);
            } else if (mantissa == HalfPrecision.F16) {
                addF16(a[at], a[at + aColumn], a[at + 2 * aColumn], a[at + 3 * aColumn], b, b0 + p * bRow, bRow, c, c0, n);
            } else {
                break;
            }
        }
        var rows = Widening.workspace(4 * STRIP);
        for (; p < k; p += 4) {
            int depth = Math.min(4, k - p);
            for (int row = 0; row < depth; row++) {
                Widening.widen(b, b0 + (p + row) * bRow, rows, row * n, n, mantissa);
            }
            Skinny.add(a, a0 + p * aColumn, aRow, aColumn, rows, 0, n, c, c0, cRow, m, n, depth);
        }
    }

    /** Four rows of B, each times its factor, added to C one after another. */
    private static void addBf16(float x0, float x1, float x2, float x3, short[] b, int b0, int bRow, float[] c, int c0, int n) {
        int b1 = b0 + bRow;
        int b2 = b1 + bRow;
        int b3 = b2 + bRow;
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            var sum = FloatVector.fromArray(FLOATS, c, c0 + j);
            sum = Widening.bf16(b, b0 + j).fma(FloatVector.broadcast(FLOATS, x0), sum);
            sum = Widening.bf16(b, b1 + j).fma(FloatVector.broadcast(FLOATS, x1), sum);
            sum = Widening.bf16(b, b2 + j).fma(FloatVector.broadcast(FLOATS, x2), sum);
            Widening.bf16(b, b3 + j).fma(FloatVector.broadcast(FLOATS, x3), sum).intoArray(c, c0 + j);
        }
        for (; j < n; j++) {
            float sum = Math.fma(x0, Widening.bf16(b[b0 + j]), c[c0 + j]);
            sum = Math.fma(x1, Widening.bf16(b[b1 + j]), sum);
            sum = Math.fma(x2, Widening.bf16(b[b2 + j]), sum);
            c[c0 + j] = Math.fma(x3, Widening.bf16(b[b3 + j]), sum);
        }
    }

    /** The same of f16. The Vector API has no such conversion; of this loop the compiler makes vectors of the processor's own. */
    private static void addF16(float x0, float x1, float x2, float x3, short[] b, int b0, int bRow, float[] c, int c0, int n) {
        int b1 = b0 + bRow;
        int b2 = b1 + bRow;
        int b3 = b2 + bRow;
        for (int j = 0; j < n; j++) {
            float sum = Math.fma(x0, Float.float16ToFloat(b[b0 + j]), c[c0 + j]);
            sum = Math.fma(x1, Float.float16ToFloat(b[b1 + j]), sum);
            sum = Math.fma(x2, Float.float16ToFloat(b[b2 + j]), sum);
            c[c0 + j] = Math.fma(x3, Float.float16ToFloat(b[b3 + j]), sum);
        }
    }

    /** B has contiguous columns. */
    private static void columns(float[] a, int a0, int aRow, int aColumn, short[] b, int b0, int bColumn, float[] c, int c0, int cRow,
            int m, int n, int k, int mantissa) {
        int j = 0;
        for (; j + 3 < n && m == 1 && aColumn == 1 && Widening.inVectors(mantissa); j += 4) {
            dots4(a, a0, b, b0 + j * bColumn, bColumn, c, c0 + j, k);
        }
        if (j == n) {
            return;
        }
        var rows = Widening.workspace((m + 4) * k);
        int widened = m * k;
        for (int p = 0; p < k; p++) {
            for (int i = 0; i < m; i++) {
                rows[i * k + p] = a[a0 + i * aRow + p * aColumn];
            }
        }
        for (; j < n; j += 4) {
            int columns = Math.min(4, n - j);
            for (int column = 0; column < columns; column++) {
                Widening.widen(b, b0 + (j + column) * bColumn, rows, widened + column * k, k, mantissa);
            }
            Skinny.multiply(rows, 0, k, 1, rows, widened, 1, k, c, c0 + j, cRow, m, columns, k);
        }
    }

    /** Four columns of bf16. */
    private static void dots4(float[] a, int a0, short[] b, int b0, int bColumn, float[] c, int c0, int k) {
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
            sum0 = x.fma(Widening.bf16(b, b0 + p), sum0);
            sum1 = x.fma(Widening.bf16(b, b1 + p), sum1);
            sum2 = x.fma(Widening.bf16(b, b2 + p), sum2);
            sum3 = x.fma(Widening.bf16(b, b3 + p), sum3);
        }
        float rest0 = 0;
        float rest1 = 0;
        float rest2 = 0;
        float rest3 = 0;
        for (; p < k; p++) {
            float x = a[a0 + p];
            rest0 = Math.fma(x, Widening.bf16(b[b0 + p]), rest0);
            rest1 = Math.fma(x, Widening.bf16(b[b1 + p]), rest1);
            rest2 = Math.fma(x, Widening.bf16(b[b2 + p]), rest2);
            rest3 = Math.fma(x, Widening.bf16(b[b3 + p]), rest3);
        }
        c[c0] = Vectors.sum(sum0) + rest0;
        c[c0 + 1] = Vectors.sum(sum1) + rest1;
        c[c0 + 2] = Vectors.sum(sum2) + rest2;
        c[c0 + 3] = Vectors.sum(sum3) + rest3;
    }
}
