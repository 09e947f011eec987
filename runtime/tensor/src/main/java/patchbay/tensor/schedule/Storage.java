package patchbay.tensor.schedule;

import java.util.Arrays;
import patchbay.tensor.TensorType;

/**
 * Where the elements of one or several tensors lie, one after the other in time: those of views and of operations that
 * compute in place are the same. Fixed from the start (a variable, an input, a constant) or planned.
 */
public final class Storage {

    private final TensorType type;
    private Object array;
    /** Positions in the order of computation, both included. */
    private final int born;
    private int dies;

    private Storage(TensorType type, Object array, int born, int dies) {
        this.type = type;
        this.array = array;
        this.born = born;
        this.dies = dies;
    }

    static Storage fixed(TensorType type, Object array) {
        return new Storage(type, array, 0, Integer.MAX_VALUE);
    }

    static Storage planned(TensorType type, int born, int dies) {
        return new Storage(type, null, born, dies);
    }

    boolean isFixed() {
        return dies == Integer.MAX_VALUE;
    }

    public TensorType type() {
        return type;
    }

    public int born() {
        return born;
    }

    public int dies() {
        return dies;
    }

    void keepUntil(int position) {
        dies = Math.max(dies, position);
    }

    void place(Object array) {
        this.array = array;
    }

    public Object array() {
        return array;
    }

    /** Fills the array with what no computation should ever see. */
    public void poison() {
        switch (array) {
            case float[] floats -> Arrays.fill(floats, Float.NaN);
            case int[] ints -> Arrays.fill(ints, 0x7FBADBAD);
            case short[] shorts -> Arrays.fill(shorts, (short) 0x7FFF);
            case byte[] bytes -> Arrays.fill(bytes, (byte) 0x7F);
            default -> throw new IllegalStateException("no tensor lies in " + array);
        }
    }
}
