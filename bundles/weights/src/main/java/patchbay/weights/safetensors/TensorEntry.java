package patchbay.weights.safetensors;

import java.util.List;

/**
 * A tensor as the header of a file describes it. A reader hands out only checked ones: within the file, with as many
 * bytes as dtype and shape ask for.
 *
 * @param shape sizes of the axes, row-major; none is a scalar
 * @param begin first byte, counted from the end of the header
 * @param end one past the last byte
 */
public record TensorEntry(String name, Dtype dtype, List<Long> shape, long begin, long end) {

    public TensorEntry {
        shape = List.copyOf(shape);
    }

    /** Number of elements. */
    public long size() {
        return (end - begin) / dtype.bytes();
    }
}
