package patchbay.model;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How the next token is drawn from the logits.
 *
 * @param temperature divides the logits; 0 takes the likeliest token
 * @param topK only so many of the likeliest; 0 is all
 * @param topP only the likeliest that together have this probability (Holtzman et al. 2020)
 */
public record Sampling(double temperature, int topK, double topP) {

    /** The token drawn from {@code logits} [vocabulary]. */
    int draw(float[] logits, SplittableRandom random) {
        var order = new Integer[logits.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Float.compare(logits[b], logits[a]));
        if (temperature == 0) {
            return order[0];
        }
        int kept = topK > 0 ? Math.min(topK, order.length) : order.length;
        var probabilities = new double[kept];
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            probabilities[i] = Math.exp((logits[order[i]] - logits[order[0]]) / temperature);
            sum += probabilities[i];
        }
        double nucleus = 0;
        int within = 0;
        while (within < kept && nucleus < topP * sum) {
            nucleus += probabilities[within++];
        }
        double point = random.nextDouble() * nucleus;
        for (int i = 0; i < within; i++) {
            point -= probabilities[i];
            if (point < 0) {
                return order[i];
            }
        }
        return order[0];
    }
}
