package patchbay.spi;

/** What a graph is built for. */
public enum Mode {
    /** Whole sequences, with dropout and noise, gradients taken. */
    TRAINING,
    /** Whole sequences, nothing random. */
    EVALUATION,
    /** Some tokens at a time, after those in the cache. */
    DECODING
}
