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

    /** The token drawn from {@code logits} [vocabulary]; of equals the one with the lower number is the likelier. */
    public int draw(float[] logits, SplittableRandom random) {
        if (temperature == 0) {
            return likeliest(logits);
        }
        var ranked = ranked(logits, topK > 0 ? Math.min(topK, logits.length) : logits.length);
        var probabilities = new double[ranked.length];
        double sum = 0;
        for (int i = 0; i < ranked.length; i++) {
            probabilities[i] = Math.exp((logits[(int) ranked[i]] - logits[(int) ranked[0]]) / temperature);
            sum += probabilities[i];
        }
        double nucleus = 0;
        int within = 0;
        while (within < ranked.length && nucleus < topP * sum) {
            nucleus += probabilities[within++];
        }
        double point = random.nextDouble() * nucleus;
        for (int i = 0; i < within; i++) {
            point -= probabilities[i];
            if (point < 0) {
                return (int) ranked[i];
            }
        }
        return (int) ranked[0];
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int token = 1; token < logits.length; token++) {
            best = Float.compare(logits[token], logits[best]) > 0 ? token : best;
        }
        return best;
    }

    /** The {@code kept} likeliest tokens in order, each in the lower half of its number: boxed and compared they would take milliseconds. */
    private static long[] ranked(float[] logits, int kept) {
        var ranked = new long[kept];
        if (kept == logits.length) {
            Arrays.setAll(ranked, token -> rank(logits[token], token));
            Arrays.sort(ranked);
            return ranked;
        }
        int size = 0;
        for (int token = 0; token < logits.length; token++) {
            long rank = rank(logits[token], token);
            if (size == kept && rank > ranked[kept - 1]) {
                continue;
            }
            int at = size < kept ? size++ : kept - 1;
            for (; at > 0 && ranked[at - 1] > rank; at--) {
                ranked[at] = ranked[at - 1];
            }
            ranked[at] = rank;
        }
        return ranked;
    }

    /** Ascending where logits descend in the order of {@link Float#compare}, equal ones by token. */
    private static long rank(float logit, int token) {
        int bits = Float.floatToIntBits(logit);
        int ascending = bits ^ bits >> 31 & Integer.MAX_VALUE;
        return (long) ~ascending << Integer.SIZE | token;
    }
}
