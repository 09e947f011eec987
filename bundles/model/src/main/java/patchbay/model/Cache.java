package patchbay.model;

import patchbay.tensor.TensorType;

/**
 * What a part of a model keeps of the tokens that it has read, so that those after them can be read alone.
 *
 * @param name the variable that holds it: {@code cache/layers.3.attention.keys}
 * @param rows whether its rows, [B, rows, …], are those of the context's positions, or of runs of them, which a shorter text leaves alone;
 *         otherwise every token changes all of it, and no token makes it larger
 */
public record Cache(String name, TensorType type, boolean rows) {

    public long bytes() {
        return type.bytes();
    }

    /** Bytes of one token's row; 0 where there are no rows. */
    public long bytesPerToken() {
        return rows ? type.bytes() / type.shape().dim(1) : 0;
    }
}
