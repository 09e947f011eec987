package patchbay.lab.record;

import java.util.Map;
import patchbay.training.Learner;

/**
 * What one step showed.
 *
 * @param step how many steps were done after it: the first one has 1
 * @param loss of the batch it trained on, in nats a token
 * @param gradientNorm before clipping
 * @param rate the learning rate
 * @param milliseconds that the step took
 * @param counts tokens of each expert, by the path of the mixture layer
 * @param metrics what plugins report, by name
 */
public record Measurement(long step, float loss, float gradientNorm, double rate, double tokensPerSecond, double milliseconds,
        Map<String, float[]> counts, Map<String, float[]> metrics) {

    public static Measurement of(Learner.Step step, double tokensPerSecond, double milliseconds) {
        return new Measurement(step.step() + 1, step.loss(), step.gradientNorm(), step.rate(), tokensPerSecond, milliseconds,
                step.counts(), step.metrics());
    }
}
