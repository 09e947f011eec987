package patchbay.engine.cpu.vector;

import java.util.Optional;
import patchbay.engine.cpu.Preparation;
import patchbay.engine.cpu.Prepared;

/** {@link MatMul#matmul} by one matrix for all rows, which is packed before. */
public final class PackedProduct implements Prepared {

    private final float[] a;
    private final float[] out;
    private final int m;
    private final int n;
    private final int k;
    private final int aBatch;
    private final int aRow;
    private final int aColumn;
    private final boolean shared;
    private final Optional<PackedMatrix> right;

    public PackedProduct(float[] a, float[] b, float[] out, int m, int n, int k,
            int aBatch, int aRow, int aColumn, int bBatch, int bRow, int bColumn) {
        this.a = a;
        this.out = out;
        this.m = m;
        this.n = n;
        this.k = k;
        this.aBatch = aBatch;
        this.aRow = aRow;
        this.aColumn = aColumn;
        this.shared = Gemm.isPacked(bRow, bColumn, m, k);
        this.right = bBatch == 0 ? PackedMatrix.of(b, bRow, bColumn, m, n, k) : Optional.empty();
    }

    @Override
    public Optional<? extends Preparation> preparation() {
        return right;
    }

    @Override
    public boolean isShared() {
        return shared;
    }

    @Override
    public boolean isWorthKeeping() {
        return PackedMatrix.isWorthKeeping(m);
    }

    @Override
    public void compute(float[] space, int first, int count) {
        int end = first + count;
        for (int row = first; row < end; ) {
            int rows = aBatch == m * aRow ? end - row : Math.min(end - row, m - row % m);
            Gemm.multiplyPacked(a, row / m * aBatch + row % m * aRow, aRow, aColumn, space, 0, n, out, row * n, n, rows, n, k);
            row += rows;
        }
    }
}
