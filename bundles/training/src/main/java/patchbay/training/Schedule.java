package patchbay.training;

/** The learning rate over a run: a linear warm-up, then half a cosine down to the minimum (Loshchilov and Hutter 2017; nanoGPT). */
public record Schedule(TrainingSettings settings) {

    /** The rate of the step after {@code step} steps. */
    public double rate(long step) {
        double peak = settings.learningRate();
        double least = settings.minimumLearningRate();
        if (step < settings.warmUp()) {
            return peak * (step + 1) / (settings.warmUp() + 1);
        }
        double decay = settings.steps() - settings.warmUp();
        double progress = decay <= 0 ? 1 : Math.min(1, (step - settings.warmUp()) / decay);
        return least + (peak - least) * 0.5 * (1 + StrictMath.cos(Math.PI * progress));
    }
}
