package patchbay.engine.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.engine.tornado.context.CuBlas;
import patchbay.kernels.MatMul;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;

/** What cuBLAS is asked for, and when. No GPU is needed: its function is written out here after its documentation. */
@Tag("tornado")
class CuBlasTest {

    private static float[] random(int size, int seed) {
        var random = new SplittableRandom(seed);
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    private static Launch product(int aRow, int aColumn, int bRow, int bColumn) {
        return Launch.of(Kernel.of(MatMul.class, "matmul"), 2 * 7).input(0).input(1).output(0).value(7).value(5).value(3)
                .value(21).value(aRow).value(aColumn).value(15).value(bRow).value(bColumn);
    }

    private static String kernel(String backend, Launch launch) {
        var forms = new Forms(Optional.of(new Shares(64)), Contexts.in(ClassLoader.getSystemClassLoader(), backend));
        var kernel = forms.of(launch, 0).passes().getFirst().kernel();
        return kernel.getDeclaringClass().getSimpleName() + (Task.isLibrary(kernel) ? " library" : "");
    }

    @Test
    void itIsChosenOnDevicesOfTheCudaBackendAlone() {
        assertEquals("CuBlas library", kernel("CUDA", product(3, 1, 5, 1)));
        assertEquals("CuBlas library", kernel("CUDA", product(1, 7, 1, 3)));
        assertEquals("MatMul", kernel("CUDA", product(6, 2, 5, 1)), "it takes no distance between both rows and columns");
        assertEquals("MatMul", kernel("OPENCL", product(3, 1, 5, 1)));
        assertEquals("MatMul", kernel("PTX", product(3, 1, 5, 1)), "its queue is not open to libraries");
    }

    @ParameterizedTest
    @CsvSource({"3, 1, 5, 1", "1, 7, 5, 1", "3, 1, 1, 3", "1, 7, 1, 3"})
    void itIsAskedForTheProduct(int aRow, int aColumn, int bRow, int bColumn) {
        var a = random(2 * 21, 1);
        var b = random(2 * 15, 2);
        var expected = new float[2 * 35];
        MatMul.matmul(0, 14, a, b, expected, 7, 5, 3, 21, aRow, aColumn, 15, bRow, bColumn);
        var out = random(2 * 35, 3);
        var task = CuBlas.matmul(a, b, out, 7, 5, 3, 21, aRow, aColumn, 15, bRow, bColumn, 2);
        assertEquals("nvidia/cublas cublasSgemmStridedBatched", task.getLibraryName() + " " + task.getFunctionName());
        assertEquals(task.getParameters().length, task.getAccess().length);
        sgemmStridedBatched(task.getParameters());
        assertArrayEquals(expected, out, 1e-6f);
    }

    /** (transa, transb, m, n, k, alpha, A, lda, strideA, B, ldb, strideB, beta, C, ldc, strideC, batches); matrices go by columns. */
    private static void sgemmStridedBatched(Object[] p) {
        for (int batch = 0; batch < (int) p[16]; batch++) {
            for (int i = 0; i < (int) p[2]; i++) {
                for (int j = 0; j < (int) p[3]; j++) {
                    float sum = 0;
                    for (int l = 0; l < (int) p[4]; l++) {
                        int a = (int) ((long) p[8] * batch) + ((int) p[0] == 0 ? i + l * (int) p[7] : l + i * (int) p[7]);
                        int b = (int) ((long) p[11] * batch) + ((int) p[1] == 0 ? l + j * (int) p[10] : j + l * (int) p[10]);
                        sum += ((float[]) p[6])[a] * ((float[]) p[9])[b];
                    }
                    int c = (int) ((long) p[15] * batch) + i + j * (int) p[14];
                    ((float[]) p[13])[c] = (float) p[5] * sum + ((float) p[12] == 0 ? 0 : (float) p[12] * ((float[]) p[13])[c]);
                }
            }
        }
    }
}
