package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Vectors.LANES;

/** Twins of {@link patchbay.kernels.Reductions}. */
public final class Reductions {

    /** Vectors from which on adding up their lanes pays. */
    private static final int WORTH = 2;

    private Reductions() {}

    public static void sumLast(int first, int count, float[] x, float[] out, int n, int chunk, int chunks, float scale) {
        int outer = first / chunks; // two divisions a row would take longer than a short sum
        int part = first % chunks;
        for (int row = first; row < first + count; row++) {
            int at = outer * n + part * chunk;
            int length = Math.min(chunk, n - part * chunk);
            out[row] = (length < WORTH * LANES ? few(x, at, length) : many(x, at, length)) * scale;
            if (++part == chunks) {
                part = 0;
                outer++;
            }
        }
    }

    private static float few(float[] x, int at, int length) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = 0;
        for (; i + 3 < length; i += 4) {
            a += x[at + i];
            b += x[at + i + 1];
            c += x[at + i + 2];
            d += x[at + i + 3];
        }
        for (; i < length; i++) {
            a += x[at + i];
        }
        return (a + b) + (c + d);
    }

    private static float many(float[] x, int at, int length) {
        int whole = Vectors.floor(length);
        float sum = Vectors.sum(x, at, whole);
        for (int i = whole; i < length; i++) {
            sum += x[at + i];
        }
        return sum;
    }
}
