package patchbay.engine.cpu.vector;

import patchbay.engine.cpu.Prepared;

/** {@link MatMul#matmul} by one matrix for all rows, which all threads pack together. */
public final class PackedProduct implements Prepared {

    private final float[] a;
    private final float[] b;
    private final float[] out;
    private final int m;
    private final int n;
    private final int k;
    private final int aBatch;
    private final int aRow;
    private final int aColumn;
    private final int bBatch;
    private final int bRow;
    private final int bColumn;

    public PackedProduct(float[] a, float[] b, float[] out, int m, int n, int k,
            int aBatch, int aRow, int aColumn, int bBatch, int bRow, int bColumn) {
        this.a = a;
        this.b = b;
        this.out = out;
        this.m = m;
        this.n = n;
        this.k = k;
        this.aBatch = aBatch;
        this.aRow = aRow;
        this.aColumn = aColumn;
        this.bBatch = bBatch;
        this.bRow = bRow;
        this.bColumn = bColumn;
    }

    @Override
    public int size() {
        boolean packed = bBatch == 0 && m > Skinny.ROWS && k > 0 && Gemm.isPacked(bRow, bColumn, m, k);
        return packed ? (int) Math.min(Gemm.packedSize(n, k), Integer.MAX_VALUE) : 0;
    }

    @Override
    public int parts() {
        return Gemm.parts(n, k);
    }

    @Override
    public void prepare(float[] space, int first, int count) {
        Gemm.pack(first, count, b, 0, bRow, bColumn, space, n, k);
    }

    @Override
    public void compute(float[] space, int first, int count) {
        int end = first + count;
        for (int row = first; row < end; ) {
            int rows = aBatch == m * aRow ? end - row : Math.min(end - row, m - row % m);
            Gemm.multiplyPacked(a, row / m * aBatch + row % m * aRow, aRow, aColumn, space, out, row * n, n, rows, n, k);
            row += rows;
        }
    }
}
