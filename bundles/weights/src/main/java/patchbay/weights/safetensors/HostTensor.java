package patchbay.weights.safetensors;

import java.util.Arrays;
import java.util.List;

/**
 * Named values in a Java array.
 *
 * @param shape sizes of the axes, row-major
 * @param array {@code float[]} for F32, {@code int[]} for I32, {@code short[]} for F16 and BF16, {@code byte[]} with little-endian elements for any other
 */
public record HostTensor(String name, Dtype dtype, List<Long> shape, Object array) {

    public HostTensor {
        shape = List.copyOf(shape);
        long given = switch (array) {
            case float[] floats when dtype == Dtype.F32 -> 4L * floats.length;
            case int[] ints when dtype == Dtype.I32 -> 4L * ints.length;
            case short[] halves when dtype == Dtype.F16 || dtype == Dtype.BF16 -> 2L * halves.length;
            case byte[] bytes -> bytes.length;
            default -> throw new IllegalArgumentException(name + ": " + array.getClass().getSimpleName() + " cannot hold " + dtype);
        };
        if (given != dtype.bytes(shape)) {
            throw new IllegalArgumentException(name + ": " + dtype + shape + " does not take " + given + " bytes");
        }
    }

    public static HostTensor of(String name, int[] shape, float[] values) {
        return new HostTensor(name, Dtype.F32, dims(shape), values);
    }

    public static HostTensor of(String name, int[] shape, int[] values) {
        return new HostTensor(name, Dtype.I32, dims(shape), values);
    }

    /** @param dtype F16 or BF16 */
    public static HostTensor of(String name, Dtype dtype, int[] shape, short[] values) {
        return new HostTensor(name, dtype, dims(shape), values);
    }

    private static List<Long> dims(int[] shape) {
        return Arrays.stream(shape).mapToObj(dim -> (long) dim).toList();
    }
}
