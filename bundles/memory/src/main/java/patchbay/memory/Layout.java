package patchbay.memory;

/**
 * What the rows of a persistent tier look like, in one order for all its blocks.
 *
 * @param model tells models with other weights apart
 * @param layers attentions that look into it
 * @param groups key heads of each, G
 * @param dim of a head, D
 * @param block tokens of a block
 * @param grain tokens of a vector
 */
record Layout(String model, int layers, int groups, int dim, int block, int grain, MemorySettings.Similarity similarity) {

    /** Bytes of what a key head of an attention keeps of a block: keys [block, D] and values [block, D] as f16. */
    int headBytes() {
        return 2 * block * dim * Short.BYTES;
    }

    /** Bytes of a block. */
    int bytes() {
        return layers * groups * headBytes();
    }

    @Override
    public String toString() {
        return "%d layers, %d key heads of %d, blocks of %d, a vector for %d by %s, model %s".formatted(layers, groups, dim, block, grain, similarity,
                model.substring(0, Math.min(8, model.length())));
    }
}
