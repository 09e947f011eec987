package patchbay.weights.safetensors;

import java.nio.ByteBuffer;
import java.util.List;

/** The element types of the format that take whole bytes, by their names in its header. */
public enum Dtype {
    BOOL(1), U8(1), I8(1), F8_E5M2(1), F8_E4M3(1), I16(2), U16(2), F16(2), BF16(2), I32(4), U32(4), F32(4), I64(8), U64(8), F64(8);

    private final int bytes;

    Dtype(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /**
     * Bytes that a tensor of this shape takes.
     *
     * @throws ArithmeticException if a size is negative, or the product beyond any file's
     */
    public long bytes(List<Long> shape) {
        long product = bytes;
        for (long dim : shape) {
            if (dim < 0) {
                throw new ArithmeticException("a size is negative");
            }
            product = Math.multiplyExact(product, dim);
        }
        return product;
    }

    /**
     * Turns elements of this type into the nearest floats. Numbers of 64 bits that no float holds are rounded.
     *
     * @param elements little-endian, all that remain
     * @param first where in {@code into} the first is put
     */
    public void widen(ByteBuffer elements, float[] into, int first) {
        int count = elements.remaining() / bytes;
        if (this == F32) {
            elements.asFloatBuffer().get(into, first, count);
            return;
        }
        int at = elements.position();
        for (int i = 0; i < count; i++) {
            into[first + i] = at(elements, at + i * bytes);
        }
    }

    private float at(ByteBuffer elements, int index) {
        return switch (this) {
            case BOOL -> elements.get(index) == 0 ? 0 : 1;
            case U8 -> Byte.toUnsignedInt(elements.get(index));
            case I8 -> elements.get(index);
            // 5 bits of exponent as F16 has them, and the first 2 of its 10 bits of fraction
            case F8_E5M2 -> Float.float16ToFloat((short) (elements.get(index) << 8));
            case F8_E4M3 -> e4m3(elements.get(index));
            case I16 -> elements.getShort(index);
            case U16 -> Short.toUnsignedInt(elements.getShort(index));
            case F16 -> Float.float16ToFloat(elements.getShort(index));
            case BF16 -> Float.intBitsToFloat(elements.getShort(index) << 16);
            case I32 -> elements.getInt(index);
            case U32 -> Integer.toUnsignedLong(elements.getInt(index));
            case F32 -> elements.getFloat(index);
            case I64 -> elements.getLong(index);
            case U64 -> unsigned(elements.getLong(index));
            case F64 -> (float) elements.getDouble(index);
        };
    }

    /** Micikevicius et al. 2022, table 1: a bias of 7, no infinities, and NaN where all seven bits are set. */
    private static float e4m3(byte bits) {
        int exponent = bits >> 3 & 15;
        int fraction = bits & 7;
        float size = (bits & 127) == 127 ? Float.NaN
                : exponent == 0 ? Math.scalb(fraction, -9) : Math.scalb(8 + fraction, exponent - 10);
        return bits < 0 ? -size : size;
    }

    private static float unsigned(long bits) {
        return bits >= 0 ? bits : (float) (bits >>> 1 | bits & 1) * 2; // the lowest bit stays for the rounding
    }
}
