package patchbay.lab.search;

/** A line of a search's log: all that the search is, beside its file and the runs of its arms. */
sealed interface Entry {

    String arm();

    /**
     * An arm has come to a rung with one seed.
     *
     * @param steps of the rung, counted from the arm's beginning
     * @param run the run that it is
     * @param loss validation loss in nats
     * @param maxVio mean over the last steps, of the layer in which it is highest; 0 without a mixture
     * @param maxVioOfRun of the sums over all steps, of the layer in which it is highest
     * @param dead experts of all layers together that had no token for long
     * @param information what an expert tells of a token's domain on held-out text, in nats, mean over the layers; NaN if nobody knows
     * @param tokensPerSecond median over the steps
     */
    record Measured(String arm, long seed, int steps, String run, double loss, double maxVio, double maxVioOfRun, int dead,
            double information, double tokensPerSecond) implements Entry {}

    /**
     * An arm goes no further.
     *
     * @param steps of the rung at which it ended, or on the way to which; 0 for one that did not begin
     * @param reason in a line
     */
    record Ended(String arm, int steps, Cause cause, String reason) implements Entry {}

    /** Why an arm ends before the others. */
    enum Cause { refused, duplicate, unequal, leaks, failed, collapsed, behind, halved }
}
