package patchbay.lab.record;

/**
 * How evenly tokens are spread over the experts of a layer, from the number of tokens that each expert got. A layer that
 * got no token at all counts as evenly loaded.
 */
public final class Load {

    private Load() {
    }

    /**
     * How far the busiest expert is above the mean: (max − mean) / mean (Wang et al. 2024, Auxiliary-Loss-Free Load
     * Balancing). 0 is even; E/k − 1 is the most, when every token goes to the same k of E experts.
     */
    public static double maxVio(float[] counts) {
        double sum = 0;
        double max = 0;
        for (float count : counts) {
            sum += count;
            max = Math.max(max, count);
        }
        return sum > 0 ? max * counts.length / sum - 1 : 0;
    }

    /** Entropy of the shares over its largest value, log E: 1 is even, 0 is one expert for everything. */
    public static double entropy(float[] counts) {
        double sum = 0;
        for (float count : counts) {
            sum += count;
        }
        if (counts.length < 2 || !(sum > 0)) {
            return 1;
        }
        double entropy = 0;
        for (float count : counts) {
            double share = count / sum;
            entropy -= share > 0 ? share * Math.log(share) : 0;
        }
        return entropy / Math.log(counts.length);
    }

    /** Each expert's part of the tokens; they sum to 1. */
    public static double[] shares(float[] counts) {
        double sum = 0;
        for (float count : counts) {
            sum += count;
        }
        var shares = new double[counts.length];
        for (int expert = 0; expert < counts.length; expert++) {
            shares[expert] = sum > 0 ? counts[expert] / sum : 1.0 / counts.length;
        }
        return shares;
    }
}
