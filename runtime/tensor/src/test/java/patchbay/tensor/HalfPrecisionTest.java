package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import patchbay.kernels.HalfPrecision;
import patchbay.tensor.reference.ReferenceEngine;

class HalfPrecisionTest {

    private static final int ALL = 1 << 16;

    private static short[] all() {
        var all = new short[ALL];
        for (int i = 0; i < ALL; i++) {
            all[i] = (short) i;
        }
        return all;
    }

    @Test
    void everyF16IsWidenedAsTheJvmDoesAndComesBack() {
        var wide = new float[ALL];
        HalfPrecision.fromF16(0, ALL, all(), wide);
        var back = new short[ALL];
        HalfPrecision.toF16(0, ALL, wide, back);
        for (int i = 0; i < ALL; i++) {
            assertBits(Float.float16ToFloat((short) i), wide[i], i);
            assertEquals(Float.isNaN(wide[i]) ? 0x7e00 : i, back[i] & 0xffff);
        }
    }

    @Test
    void everyBf16IsTheUpperHalfAndComesBack() {
        var wide = new float[ALL];
        HalfPrecision.fromBf16(0, ALL, all(), wide);
        var back = new short[ALL];
        HalfPrecision.toBf16(0, ALL, wide, back);
        for (int i = 0; i < ALL; i++) {
            assertBits(Float.intBitsToFloat(i << 16), wide[i], i);
            assertEquals(Float.isNaN(wide[i]) ? 0x7fc0 : i, back[i] & 0xffff);
        }
    }

    /** Between any two neighbours: just below the middle, the middle (to even), just above it. */
    @Test
    void roundingIsToNearestAndTiesGoToEven() {
        for (int sign : new int[] {0, 1 << 15}) {
            for (int i = 0; i < 0x7c00; i++) {
                float low = Float.float16ToFloat((short) (sign + i));
                float high = i == 0x7bff ? Math.copySign(65536, low) : Float.float16ToFloat((short) (sign + i + 1));
                float middle = (low + high) / 2;
                for (float x : new float[] {Math.nextAfter(middle, low), middle, Math.nextAfter(middle, high)}) {
                    assertEquals(Float.floatToFloat16(x), narrowed(x, true), () -> "f16 of " + x);
                }
            }
            for (int i = 0; i < 0x7f80; i++) {
                int middle = (sign + i << 16) + 0x8000;
                assertEquals((short) (sign + i), narrowed(Float.intBitsToFloat(middle - 1), false));
                assertEquals((short) (sign + i + i % 2), narrowed(Float.intBitsToFloat(middle), false));
                assertEquals((short) (sign + i + 1), narrowed(Float.intBitsToFloat(middle + 1), false));
            }
        }
        assertEquals(0x7c00, narrowed(Float.MAX_VALUE, true));
        assertEquals(0, narrowed(Float.MIN_VALUE, true));
        assertEquals(0x7f80, narrowed(Float.POSITIVE_INFINITY, false));
    }

    private static short narrowed(float x, boolean f16) {
        var out = new short[1];
        if (f16) {
            HalfPrecision.toF16(0, 1, new float[] {x}, out);
        } else {
            HalfPrecision.toBf16(0, 1, new float[] {x}, out);
        }
        return out[0];
    }

    private static void assertBits(float expected, float actual, int of) {
        assertTrue(Float.floatToIntBits(expected) == Float.floatToIntBits(actual), () -> Integer.toHexString(of) + ": " + expected + " and " + actual);
    }

    @Test
    void aTensorThereAndBackIsRoundedToItsFormat() {
        var graph = new Graph();
        var x = graph.constant(Shape.of(2, 2), 1 / 3f, -1e-3f, 70_000f, 0);
        var engine = new ReferenceEngine();
        var half = x.toF16();
        assertEquals(new TensorType(DType.F16, Shape.of(2, 2)), half.type());
        assertEquals(x.type().bytes() / 2, half.type().bytes());
        graph.output("f16", half.toFloat());
        graph.output("bf16", x.toBf16().toFloat());
        try (var program = engine.compile(graph, engine.variables())) {
            program.run();
            assertArrayEquals(new float[] {0x1.554p-2f, -0x1.064p-10f, Float.POSITIVE_INFINITY, 0}, program.floats("f16"));
            assertArrayEquals(new float[] {0x1.56p-2f, -0x1.06p-10f, 70_144f, 0}, program.floats("bf16"));
        }
        assertThrows(ShapeError.class, half::toBf16);
    }
}
