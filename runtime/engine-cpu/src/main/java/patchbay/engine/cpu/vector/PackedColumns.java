package patchbay.engine.cpu.vector;

import java.util.Optional;
import patchbay.engine.cpu.Preparation;
import patchbay.engine.cpu.Prepared;

/** {@link MatMul#columns} by a matrix that is packed before. */
public final class PackedColumns implements Prepared {

    private final float[] a;
    private final float[] out;
    private final int m;
    private final int n;
    private final int k;
    private final int aRow;
    private final int aColumn;
    private final Optional<PackedMatrix> right;

    public PackedColumns(float[] a, float[] b, float[] out, int m, int n, int k, int aRow, int aColumn, int bRow, int bColumn) {
        this.a = a;
        this.out = out;
        this.m = m;
        this.n = n;
        this.k = k;
        this.aRow = aRow;
        this.aColumn = aColumn;
        this.right = PackedMatrix.of(b, bRow, bColumn, m, n, k);
    }

    @Override
    public Optional<? extends Preparation> preparation() {
        return right;
    }

    /** Each thread packs the columns that it computes, and no others. */
    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public boolean isWorthKeeping() {
        return PackedMatrix.isWorthKeeping(m);
    }

    /** Panels are computed whole, by whoever has their first column. */
    @Override
    public void compute(float[] space, int first, int count) {
        int from = Gemm.padded(first);
        int to = Math.min(n, Gemm.padded(first + count));
        if (from < to) {
            Gemm.multiplyPacked(a, 0, aRow, aColumn, space, from, n, out, from, n, m, to - from, k);
        }
    }
}
