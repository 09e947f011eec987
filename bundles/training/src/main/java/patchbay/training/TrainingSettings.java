package patchbay.training;

import patchbay.tensor.UserError;

/**
 * How a model is trained.
 *
 * @param steps updates of the parameters; 0 trains nothing
 * @param batch sequences of a micro-batch
 * @param accumulate micro-batches whose gradients make one step
 * @param learningRate the peak, reached after the warm-up
 * @param minimumLearningRate where the cosine decay ends
 * @param warmUp steps of linear growth from 0
 * @param beta1 decay of AdamW's first moment (Loshchilov and Hutter 2019)
 * @param beta2 decay of its second moment
 * @param epsilon added to its denominator
 * @param weightDecay decoupled, not on norms and biases
 * @param clip largest global norm of the gradient; 0 does not clip
 * @param evaluateEvery steps between two evaluations; 0 evaluates only at the end
 * @param evaluateBatches batches of held-out text an evaluation
 * @param checkpointEvery steps between two checkpoints; 0 writes one only at the end
 * @param keepCheckpoints how many of the last stay on disk
 * @param recompute whether the layers' activations are computed again in the backward pass instead of being kept for it: the same
 *        losses for less memory and some third more time
 * @param recordRouting whether what the routers select is recorded from the first step on
 */
public record TrainingSettings(int steps, int batch, int accumulate, double learningRate, double minimumLearningRate,
        int warmUp, double beta1, double beta2, double epsilon, double weightDecay, double clip,
        int evaluateEvery, int evaluateBatches, int checkpointEvery, int keepCheckpoints, boolean recompute, boolean recordRouting) {

    public TrainingSettings {
        atLeast("steps", steps, 0);
        atLeast("batch", batch, 1);
        atLeast("accumulate", accumulate, 1);
        check(learningRate > 0, "learning-rate", learningRate, "greater than 0");
        check(minimumLearningRate >= 0 && minimumLearningRate <= learningRate, "minimum-learning-rate", minimumLearningRate,
                "from 0 to training.learning-rate (" + learningRate + ")");
        atLeast("warm-up", warmUp, 0);
        check(beta1 >= 0 && beta1 < 1, "beta1", beta1, "at least 0 and less than 1");
        check(beta2 >= 0 && beta2 < 1, "beta2", beta2, "at least 0 and less than 1");
        check(epsilon > 0, "epsilon", epsilon, "greater than 0");
        check(weightDecay >= 0, "weight-decay", weightDecay, "at least 0");
        check(clip >= 0, "clip", clip, "at least 0, and 0 does not clip");
        atLeast("evaluate-every", evaluateEvery, 0);
        atLeast("evaluate-batches", evaluateBatches, 1);
        atLeast("checkpoint-every", checkpointEvery, 0);
        atLeast("keep-checkpoints", keepCheckpoints, 1);
    }

    /** Without a record of the routing. */
    public TrainingSettings(int steps, int batch, int accumulate, double learningRate, double minimumLearningRate,
            int warmUp, double beta1, double beta2, double epsilon, double weightDecay, double clip,
            int evaluateEvery, int evaluateBatches, int checkpointEvery, int keepCheckpoints, boolean recompute) {
        this(steps, batch, accumulate, learningRate, minimumLearningRate, warmUp, beta1, beta2, epsilon, weightDecay, clip,
                evaluateEvery, evaluateBatches, checkpointEvery, keepCheckpoints, recompute, false);
    }

    public static TrainingSettings defaults() {
        return new TrainingSettings(2000, 12, 1, 1e-3, 1e-4, 100, 0.9, 0.99, 1e-8, 0.1, 1.0, 250, 20, 500, 3, false);
    }

    private static void atLeast(String key, int value, int least) {
        check(value >= least, key, value, "at least " + least);
    }

    /** Written as what must hold, so that a NaN fails too. */
    private static void check(boolean holds, String key, Number value, String range) {
        if (!holds || Double.isInfinite(value.doubleValue())) {
            throw new UserError("training." + key + " must be " + range + ", not " + value);
        }
    }
}
