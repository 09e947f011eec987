package patchbay.tensor.reference;

import java.lang.reflect.Array;
import patchbay.tensor.DType;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** Checked copies between the caller's arrays and an engine's. Halves are handed over as floats. */
public final class HostArrays {

    private HostArrays() {}

    /**
     * Copies {@code values} into {@code array}.
     *
     * @param thing what is written, for the error: {@code input 'tokens'}
     * @throws ShapeError unless {@code values} are of the type's elements, and as many
     */
    public static void write(String thing, TensorType type, Object values, Object array) {
        requireElements(thing, type, values);
        if (Array.getLength(values) != type.size()) {
            throw new ShapeError(thing + " is " + type + ": " + Array.getLength(values) + " values given for " + type.size());
        }
        if (isHalf(type)) {
            HalfArrays.narrow(type.dtype(), (float[]) values, (short[]) array, type.size());
        } else {
            copy(type, values, array);
        }
    }

    /**
     * Copies {@code array} into {@code into}, which may be longer.
     *
     * @throws ShapeError unless {@code into} is of the type's elements, with room for all
     */
    public static void read(String thing, TensorType type, Object array, Object into) {
        requireElements(thing, type, into);
        if (Array.getLength(into) < type.size()) {
            throw new ShapeError(thing + " is " + type + ": room for " + Array.getLength(into) + " values of " + type.size());
        }
        if (isHalf(type)) {
            HalfArrays.widen(type.dtype(), (short[]) array, (float[]) into, type.size());
        } else {
            copy(type, array, into);
        }
    }

    private static void requireElements(String thing, TensorType type, Object array) {
        var element = array.getClass().componentType();
        if (element != (isHalf(type) ? float.class : type.dtype().element())) {
            throw new ShapeError(thing + " is " + type + ", not of " + element + "s");
        }
    }

    private static boolean isHalf(TensorType type) {
        return type.dtype() == DType.F16 || type.dtype() == DType.BF16;
    }

    /** Copies the elements of a tensor; either array may be longer than it. */
    public static void copy(TensorType type, Object from, Object to) {
        System.arraycopy(from, 0, to, 0, length(type));
    }

    private static int length(TensorType type) {
        return type.dtype() == DType.I4 ? (type.size() + 1) / 2 : type.size();
    }
}
