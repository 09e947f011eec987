package patchbay.memory;

/**
 * Rows that leave a tier, of neighbouring tokens.
 *
 * @param first position in the whole text of the first
 * @param keys [rows, G, D]
 * @param values [rows, G, D]
 * @param attention [G, rows]: how much each got so far
 */
record Rows(long first, int rows, float[] keys, float[] values, float[][] attention) {}
