package patchbay.data;

/**
 * A fixed list of batches that covers the held-out text evenly, the same at every evaluation. Where there is more text
 * than batches, windows are left out at even distances; where there is less, windows overlap.
 */
public final class EvaluationBatches implements HeldOutMaterial {

    private final TokenStream stream;
    private final int batch;
    private final int context;
    private final int count;

    /**
     * @param batch windows in a batch, B
     * @param context tokens in a window, T
     * @param most how many batches at most
     * @throws patchbay.tensor.UserError if the stream is shorter than context + 1
     */
    public EvaluationBatches(TokenStream stream, int batch, int context, int most) {
        stream.check("validation", context);
        this.stream = stream;
        this.batch = batch;
        this.context = context;
        this.count = Math.clamp((windows() + batch - 1) / batch, 1, Math.max(1, most));
    }

    @Override
    public int count() {
        return count;
    }

    /** Fills {@code tokens}, {@code targets} and {@code domains}, each [B, T], with the batch at {@code index}, without allocating. */
    public void fill(int index, int[] tokens, int[] targets, int[] domains) {
        for (int row = 0; row < batch; row++) {
            Batches.copy(stream, start((long) index * batch + row), context, row * context, tokens, targets, domains);
        }
    }

    /** Where a window of the list begins. */
    private int start(long window) {
        long wanted = (long) count * batch;
        if (wanted <= windows()) {
            return (int) (window * windows() / wanted) * context;
        }
        int last = stream.length() - context - 1;
        return (int) (window * last / (wanted - 1)); // wanted > windows() >= 1
    }

    /** Windows that do not overlap. */
    private int windows() {
        return (stream.length() - 1) / context;
    }
}
