package patchbay.lab.contexts;

/**
 * What one layer was measured to take.
 *
 * @param tokens T, of the text; decoding, the tokens in the cache with the one that is read
 * @param seconds the median of several runs; a long one ran once
 * @param bytes between the inputs and the outputs, outputs included, and of the caches; not of parameters
 */
public record Point(String attention, Work work, int tokens, double seconds, long bytes) {}
