package patchbay.model;

import patchbay.tensor.TensorType;

/**
 * What a part of a model keeps of the tokens that it has read, so that those after them can be read alone.
 *
 * @param name the variable that holds it: {@code cache/layers.3.attention.keys}
 * @param bytesPerToken where its rows, [B, rows, …], are those of the context's positions, or of runs of them, which a shorter text leaves
 *         alone; 0 where every token changes all of it, and no token makes it larger
 */
public record Cache(String name, TensorType type, long bytesPerToken) {

    public long bytes() {
        return type.bytes();
    }

    /** Whether going back to fewer tokens leaves it as it was with those. */
    public boolean rows() {
        return bytesPerToken > 0;
    }
}
