package patchbay.engine.tornado.context;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * The products of {@code patchbay.kernels.MatMul}, a square of the result a group of threads: the group brings squares of both operands
 * into local memory, one after the other, so that each element is read from the device's memory once a group.
 */
public final class MatMul {

    /** Rows, and columns, of a square: a group has the square of it in threads. */
    public static final int TILE = 16;

    private MatMul() {}

    /** Groups go along the columns, then the rows, then the batch. Conditions are numbers, which TornadoVM keeps apart. */
    public static void matmul(KernelContext context, float[] a, float[] b, float[] out, int m, int n, int k,
            int aBatch, int aRow, int aColumn, int bBatch, int bRow, int bColumn) {
        float[] left = context.allocateFloatLocalArray(TILE * TILE);
        float[] right = context.allocateFloatLocalArray(TILE * TILE);
        int across = (n + TILE - 1) / TILE;
        int down = (m + TILE - 1) / TILE;
        int batch = context.groupIdx / (across * down);
        int square = context.groupIdx % (across * down);
        int r = context.localIdx / TILE;
        int c = context.localIdx % TILE;
        int row = square / across * TILE + r;
        int column = square % across * TILE + c;
        float sum = 0;
        for (int p = 0; p < k; p += TILE) {
            float x = 0;
            if ((row < m ? 1 : 0) * (p + c < k ? 1 : 0) > 0) {
                x = a[batch * aBatch + row * aRow + (p + c) * aColumn];
            }
            left[r * TILE + c] = x;
            float y = 0;
            if ((p + r < k ? 1 : 0) * (column < n ? 1 : 0) > 0) {
                y = b[batch * bBatch + (p + r) * bRow + column * bColumn];
            }
            right[r * TILE + c] = y;
            context.localBarrier();
            for (int q = 0; q < TILE; q++) {
                sum += left[r * TILE + q] * right[q * TILE + c];
            }
            context.localBarrier();
        }
        if ((row < m ? 1 : 0) * (column < n ? 1 : 0) > 0) {
            out[(batch * m + row) * n + column] = sum;
        }
    }
}
