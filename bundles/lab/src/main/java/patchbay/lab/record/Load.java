package patchbay.lab.record;

import java.util.Arrays;

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
        double sum = sum(counts);
        double max = 0;
        for (float count : counts) {
            max = Math.max(max, count);
        }
        return sum > 0 ? max * counts.length / sum - 1 : 0;
    }

    /** Entropy of the shares over its largest value, log E: 1 is even, 0 is one expert for everything. */
    public static double entropy(float[] counts) {
        double sum = sum(counts);
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
        double sum = sum(counts);
        var shares = new double[counts.length];
        for (int expert = 0; expert < counts.length; expert++) {
            shares[expert] = sum > 0 ? counts[expert] / sum : 1.0 / counts.length;
        }
        return shares;
    }

    static double sum(float[] counts) {
        double sum = 0;
        for (float count : counts) {
            sum += count;
        }
        return sum;
    }

    /** The value below which this part of them lies, between two of them in proportion. */
    static double quantile(double[] values, double part) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        double at = part * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /**
     * How much an expert tells of a token's domain, in nats: Σ p(d, e) log(p(d, e) / (p(d) p(e))). 0 if experts are chosen
     * regardless of the domain; at most the logarithm of the number of experts.
     *
     * @param counts tokens of each domain and expert, [domains][experts]
     */
    public static double mutualInformation(double[][] counts) {
        double sum = 0;
        var domains = new double[counts.length];
        var experts = new double[counts.length == 0 ? 0 : counts[0].length];
        for (int domain = 0; domain < counts.length; domain++) {
            for (int expert = 0; expert < experts.length; expert++) {
                domains[domain] += counts[domain][expert];
                experts[expert] += counts[domain][expert];
                sum += counts[domain][expert];
            }
        }
        double information = 0;
        for (int domain = 0; domain < counts.length; domain++) {
            for (int expert = 0; expert < experts.length; expert++) {
                double count = counts[domain][expert];
                information += count > 0 ? count / sum * Math.log(count * sum / (domains[domain] * experts[expert])) : 0;
            }
        }
        return Math.max(0, information);
    }
}
