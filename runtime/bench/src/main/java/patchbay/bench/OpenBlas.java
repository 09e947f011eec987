package patchbay.bench;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;

/** OpenBLAS's product of matrices, on memory of its own. */
final class OpenBlas implements Task {

    static final String NAME = "openblas";

    private final int m;
    private final int n;
    private final int k;
    private final boolean transposeA;
    private final boolean transposeB;
    private final FloatPointer a;
    private final FloatPointer b;
    private final FloatPointer c;

    OpenBlas(int m, int n, int k, boolean transposeA, boolean transposeB, float[] a, float[] b, int threads) {
        openblas_nolapack.blas_set_num_threads(threads);
        this.m = m;
        this.n = n;
        this.k = k;
        this.transposeA = transposeA;
        this.transposeB = transposeB;
        this.a = new FloatPointer(a);
        this.b = new FloatPointer(b);
        c = new FloatPointer((long) m * n);
    }

    /** Whether its native part for this platform is on the class path. */
    static boolean isHere() {
        return OpenBlas.class.getResource("/org/bytedeco/openblas/linux-x86_64/libjniopenblas_nolapack.so") != null;
    }

    @Override
    public void run() {
        openblas_nolapack.cblas_sgemm(CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
                m, n, k, 1, a, transposeA ? m : k, b, transposeB ? k : n, 0, c, n);
    }

    @Override
    public float[] result() {
        var values = new float[m * n];
        c.get(values);
        return values;
    }

    @Override
    public void close() {
        a.close();
        b.close();
        c.close();
    }
}
