package patchbay.engine.cpu.vector;

/** Twins of {@link patchbay.kernels.Indexing}: rows that are copied whole, or not at all. */
public final class Indexing {

    private Indexing() {}

    /** What is in the cache already stays where it is, if the output is the cache: a token's step writes that token's slot alone. */
    public static void writeRows(int first, int count, float[] cache, float[] values, int[] start, float[] out,
            int slots, int length, int width) {
        if (cache != out) {
            System.arraycopy(cache, first * width, out, first * width, count * width);
        }
        int end = first + count;
        for (int batch = first / slots; batch * slots < end; batch++) {
            int from = Math.max(first, batch * slots + Math.max(0, start[0]));
            int to = Math.min(end, batch * slots + Math.min(slots, start[0] + length));
            if (from < to) {
                System.arraycopy(values, (batch * length + from - batch * slots - start[0]) * width, out, from * width, (to - from) * width);
            }
        }
    }
}
