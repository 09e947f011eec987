package patchbay.weights;

/**
 * Values in a byte each: {@code (code − zero point) · scale}, with one scale and zero point for all, or one for each column of the last axis.
 *
 * @param codes row-major
 * @param unsigned whether a code goes from 0 to 255 rather than from −128 to 127; so do the zero points
 */
public record Quantized(byte[] codes, boolean unsigned, float[] scales, byte[] zeroPoints) {

    public Quantized {
        if (scales.length == 0 || scales.length != zeroPoints.length || codes.length % scales.length != 0) {
            throw new IllegalArgumentException(codes.length + " codes, " + scales.length + " scales, " + zeroPoints.length + " zero points");
        }
    }

    public float[] floats() {
        var floats = new float[codes.length];
        for (int i = 0; i < floats.length; i++) {
            int column = i % scales.length;
            floats[i] = (number(codes[i]) - number(zeroPoints[column])) * scales[column];
        }
        return floats;
    }

    private int number(byte code) {
        return unsigned ? Byte.toUnsignedInt(code) : code;
    }
}
