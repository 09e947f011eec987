package patchbay.tensor;

/** The type of a tensor's elements, and the Java array that holds them. */
public enum DType {
    F32(32, float.class),
    I32(32, int.class),
    /** IEEE 754 half precision, in a {@code short[]}. */
    F16(16, short.class),
    /** The upper half of an f32, in a {@code short[]}. */
    BF16(16, short.class),
    I8(8, byte.class),
    /** Two elements a byte, the lower four bits first, in a {@code byte[]}. */
    I4(4, byte.class);

    private final int bits;
    private final Class<?> element;

    DType(int bits, Class<?> element) {
        this.bits = bits;
        this.element = element;
    }

    public boolean isFloat() {
        return this == F32 || this == F16 || this == BF16;
    }

    /** Bytes that {@code size} elements take. */
    public long bytes(long size) {
        return (size * bits + 7) / 8;
    }

    /** The component type of the Java array that holds elements of this type. */
    public Class<?> element() {
        return element;
    }

    /** A zeroed Java array with room for {@code size} elements. */
    public Object array(int size) {
        int length = this == I4 ? (size + 1) / 2 : size;
        return java.lang.reflect.Array.newInstance(element, length);
    }

    /** The name in messages and files: {@code f32}. */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
