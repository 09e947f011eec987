package patchbay.engine.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class VectorMathTest {

    @Test
    void exponentialIsWithinOneUnitInTheLastPlace() {
        double worst = 0;
        for (int i = 0; i < 400_000; i++) {
            float x = -87.3f + i * (175.6f / 400_000);
            double exact = Math.exp(x);
            worst = Math.max(worst, Math.abs(exp(x) / exact - 1));
        }
        assertTrue(worst < 1.2e-7, "relative error " + worst);
    }

    @Test
    void exponentialOfExtremes() {
        assertEquals(1, exp(0));
        assertEquals(1, exp(-0f));
        assertEquals(0, exp(-88));
        assertEquals(0, exp(Float.NEGATIVE_INFINITY));
        assertEquals(0, exp(-Float.MAX_VALUE));
        assertEquals(Float.POSITIVE_INFINITY, exp(89));
        assertEquals(Float.POSITIVE_INFINITY, exp(Float.MAX_VALUE));
        assertEquals(Float.POSITIVE_INFINITY, exp(Float.POSITIVE_INFINITY));
        assertTrue(Float.isNaN(exp(Float.NaN)));
        assertTrue(Float.isNaN(exp(Float.intBitsToFloat(0xffc12345))));
    }

    @Test
    void sumAddsEveryLaneOnce() {
        var values = new float[Vectors.LANES];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 << i;
        }
        assertEquals((1 << Vectors.LANES) - 1, VectorMath.sum(FloatVector.fromArray(Vectors.FLOATS, values, 0)));
    }

    private static float exp(float x) {
        return VectorMath.exp(FloatVector.broadcast(Vectors.FLOATS, x)).lane(0);
    }
}
