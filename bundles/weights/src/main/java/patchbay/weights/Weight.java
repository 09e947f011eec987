package patchbay.weights;

import java.util.List;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.Dtype;

/**
 * A tensor as a file describes it.
 *
 * @param dtype what it is kept as
 * @param shape sizes of the axes, row-major; none is a scalar
 */
public record Weight(String name, Dtype dtype, List<Long> shape) {

    public Weight {
        shape = List.copyOf(shape);
    }

    /**
     * Bytes that its values take in a file.
     *
     * @throws ArithmeticException if no file could hold them, or a size is negative
     */
    public long bytes() {
        return dtype.bytes(shape);
    }

    /**
     * Number of elements.
     *
     * @throws UserError if they are more than a Java array holds
     */
    int length() {
        long length = bytes() / dtype.bytes();
        if (length > Integer.MAX_VALUE - 8) {
            throw new UserError("tensor '" + name + "' has " + length + " elements; a Java array holds 2^31 at most");
        }
        return (int) length;
    }

    @Override
    public String toString() {
        return name + " " + dtype + shape;
    }
}
