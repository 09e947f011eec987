package patchbay.lab;

import java.util.List;
import patchbay.model.Sampling;
import patchbay.tensor.UserError;

/**
 * What a run generates at its end.
 *
 * @param tokens how many at most a prompt
 * @param temperature divides the logits; 0 takes the likeliest token
 * @param topK only the so many likeliest tokens; 0 is all
 * @param topP only the likeliest tokens that together have this probability (Holtzman et al. 2020)
 */
public record SampleSettings(List<String> prompts, int tokens, double temperature, int topK, double topP) {

    public SampleSettings {
        prompts = List.copyOf(prompts);
        check(tokens >= 0, "tokens", tokens, "at least 0");
        check(temperature >= 0 && temperature < Double.POSITIVE_INFINITY, "temperature", temperature, "at least 0 and finite");
        check(topK >= 0, "top-k", topK, "at least 0, and 0 is all");
        check(topP > 0 && topP <= 1, "top-p", topP, "greater than 0 and at most 1");
    }

    public Sampling sampling() {
        return new Sampling(temperature, topK, topP);
    }

    public static SampleSettings defaults() {
        return new SampleSettings(List.of(), 80, 0.8, 0, 0.95);
    }

    private static void check(boolean holds, String key, Number value, String range) {
        if (!holds) {
            throw new UserError("samples." + key + " must be " + range + ", not " + value);
        }
    }
}
