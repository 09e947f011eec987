package patchbay.engine.tornado.context;

import uk.ac.manchester.tornado.api.KernelContext;

/** Sums of long rows, a row a group of threads: each sums every {@link #GROUP}th element, and then they halve their number until one is left. */
public final class Reductions {

    /** Threads of a group; a power of two. */
    public static final int GROUP = 128;

    private Reductions() {}

    /** {@code patchbay.kernels.Reductions.sumLast}: a group sums one chunk. */
    public static void sumLast(KernelContext context, float[] x, float[] out, int n, int chunk, int chunks, float scale) {
        float[] sums = context.allocateFloatLocalArray(GROUP);
        int row = context.groupIdx;
        int thread = context.localIdx;
        int base = row / chunks * n;
        int begin = base + row % chunks * chunk;
        int end = Math.min(begin + chunk, base + n);
        float sum = 0;
        for (int at = begin + thread; at < end; at += GROUP) {
            sum += x[at];
        }
        sums[thread] = sum;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (thread < half) {
                sums[thread] += sums[thread + half];
            }
            context.localBarrier();
        }
        if (thread == 0) {
            out[row] = sums[0] * scale;
        }
    }
}
