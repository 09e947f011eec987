package patchbay.data;

import java.util.Objects;

/**
 * Training batches: windows that begin anywhere, each place equally likely, documents' ends included. A batch is a pure
 * function of seed, step and micro-batch, so a run that resumes or replays needs no state to see the same data.
 */
public final class Batches implements Material {

    private final TokenStream stream;
    private final int batch;
    private final int context;
    private final long seed;

    /**
     * @param batch windows in a micro-batch, B
     * @param context tokens in a window, T
     * @throws patchbay.tensor.UserError if the stream is shorter than context + 1
     */
    public Batches(TokenStream stream, int batch, int context, long seed) {
        stream.check("training", context);
        this.stream = stream;
        this.batch = batch;
        this.context = context;
        this.seed = seed;
    }

    /**
     * Fills the arrays without allocating.
     *
     * @param tokens [B, T]
     * @param targets [B, T], the token after each
     * @param domains [B, T], domain of each token
     */
    public void fill(long step, int micro, int[] tokens, int[] targets, int[] domains) {
        int starts = stream.length() - context;
        for (int row = 0; row < batch; row++) {
            int start = (int) CounterRandom.below(starts, CounterRandom.bits(seed, step, micro, row));
            copy(stream, start, context, row * context, tokens, targets, domains);
        }
    }

    /** Copies one window and its targets to {@code to} in the arrays. */
    static void copy(TokenStream stream, int start, int context, int to, int[] tokens, int[] targets, int[] domains) {
        Objects.checkFromIndexSize(start, context + 1, stream.length());
        System.arraycopy(stream.tokens(), start, tokens, to, context);
        System.arraycopy(stream.tokens(), start + 1, targets, to, context);
        for (int t = 0; t < context; t++) {
            domains[to + t] = stream.domains()[start + t];
        }
    }
}
