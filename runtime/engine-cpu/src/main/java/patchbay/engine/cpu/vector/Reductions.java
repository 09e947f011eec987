package patchbay.engine.cpu.vector;

/** Twins of {@link patchbay.kernels.Reductions}, with the same bits. */
public final class Reductions {

    private Reductions() {}

    public static void sumLast(int first, int count, float[] x, float[] out, int n, int chunk, int chunks, float scale) {
        int outer = first / chunks; // two divisions a row would take longer than a short sum
        int part = first % chunks;
        for (int row = first; row < first + count; row++) {
            int at = outer * n + part * chunk;
            int length = Math.min(chunk, n - part * chunk);
            out[row] = sum(x, at, length) * scale;
            if (++part == chunks) {
                part = 0;
                outer++;
            }
        }
    }

    private static float sum(float[] x, int at, int length) {
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
}
