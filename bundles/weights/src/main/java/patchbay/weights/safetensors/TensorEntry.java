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

    /** Bytes that the shape takes. */
    static long bytes(Dtype dtype, List<Long> shape) {
        long product = dtype.bytes();
        for (long dim : shape) {
            if (dim < 0) {
                throw new ArithmeticException("a size is negative");
            }
            product = Math.multiplyExact(product, dim);
        }
        return product;
    }
}
