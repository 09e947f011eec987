package patchbay.engine.cpu.vector;

import java.util.Optional;
import patchbay.engine.cpu.Preparation;

/**
 * A matrix as {@link Gemm#pack} packs it; an array is itself and equal to no other.
 *
 * @param b element (p, j) is at {@code p·row + j·column}
 */
record PackedMatrix(float[] b, int row, int column, int n, int k) implements Preparation {

    /** Rows up to which a product gains by a matrix that is packed already; with more, packing is next to nothing of it. */
    private static final int MOST_ROWS = 512;

    /** Absent if {@code m} rows are multiplied without packing at any rate, or it would not fit into an array. */
    static Optional<PackedMatrix> of(float[] b, int row, int column, int m, int n, int k) {
        boolean packs = m > Skinny.ROWS && (long) n * k > Gemm.SMALL && Gemm.packedSize(n, k) <= Integer.MAX_VALUE - 8;
        return packs ? Optional.of(new PackedMatrix(b, row, column, n, k)) : Optional.empty();
    }

    static boolean isWorthKeeping(int m) {
        return m <= MOST_ROWS;
    }

    @Override
    public Object source() {
        return b;
    }

    @Override
    public int size() {
        return (int) Gemm.packedSize(n, k);
    }

    @Override
    public int parts() {
        return Gemm.parts(n, k);
    }

    @Override
    public void prepare(float[] space, int first, int count) {
        Gemm.pack(first, count, b, 0, row, column, space, n, k);
    }
}
