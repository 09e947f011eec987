package patchbay.engine.tornado.context;

import java.util.Arrays;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The products of {@code patchbay.kernels.MatMul} by NVIDIA's cuBLAS, as TornadoVM's library tasks: for devices of its CUDA backend. Products
 * and sums are those of floats, without the shorter ones of tensor cores.
 */
public final class CuBlas {

    /** Numbers of the library's {@code cublasOperation_t}. */
    private static final int PLAIN = 0;
    private static final int TRANSPOSED = 1;
    /** Place of the result among the parameters. */
    private static final int RESULT = 13;

    private CuBlas() {}

    /** Whether TornadoVM hands the library a pointer to the first element of a Java array, whose header it takes to be as long as that of its own arrays. */
    @SuppressWarnings("removal") // nothing else tells it yet
    public static boolean findsArrays() {
        return TornadoNativeArray.ARRAY_HEADER == sun.misc.Unsafe.ARRAY_FLOAT_BASE_OFFSET;
    }

    /** Whether operands with these distances between rows and columns are such as the library takes. */
    public static boolean takes(int m, int n, int k, int aRow, int aColumn, int bRow, int bColumn) {
        return Math.min(Math.min(m, n), k) > 0 && isMatrix(m, k, aRow, aColumn) && isMatrix(k, n, bRow, bColumn);
    }

    private static boolean isMatrix(int rows, int columns, int row, int column) {
        return column == 1 && row >= columns || row == 1 && column >= rows;
    }

    /** The library's matrices go by columns: it is asked for {@code outᵀ = bᵀ · aᵀ}, whose columns are the rows of out. */
    public static LibraryTaskDescriptor matmul(float[] a, float[] b, float[] out, int m, int n, int k, int aBatch, int aRow, int aColumn,
            int bBatch, int bRow, int bColumn, int batch) {
        boolean aPlain = aColumn == 1 && aRow >= k;
        boolean bPlain = bColumn == 1 && bRow >= n;
        var parameters = new Object[] {bPlain ? PLAIN : TRANSPOSED, aPlain ? PLAIN : TRANSPOSED, n, m, k, 1f, b, bPlain ? bRow : bColumn, (long) bBatch,
            a, aPlain ? aRow : aColumn, (long) aBatch, 0f, out, n, (long) m * n, batch};
        var access = new Access[parameters.length];
        Arrays.fill(access, Access.READ_ONLY);
        access[RESULT] = Access.WRITE_ONLY;
        return new LibraryTaskDescriptor().withLibrary("nvidia/cublas").withFunction("cublasSgemmStridedBatched").withParameters(parameters)
                .withAccess(access);
    }
}
