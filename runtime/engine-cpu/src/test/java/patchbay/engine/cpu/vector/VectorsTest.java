package patchbay.engine.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class VectorsTest {

    @Test
    void exponentialIsExactToUnitsInTheLastPlace() {
        compare(Vectors::exp, Math::exp, 2.5);
    }

    @Test
    void hyperbolicTangent() {
        compare(Vectors::tanh, Math::tanh, 8);
    }

    @Test
    void sigmoid() {
        compare(Vectors::sigmoid, x -> 1 / (1 + Math.exp(-x)), 8);
    }

    /** Over the whole range, and where results leave the normal numbers. */
    private static void compare(UnaryOperator<FloatVector> fast, DoubleUnaryOperator exact, double units) {
        double worst = 0;
        float at = 0;
        for (float x = -110; x < 95; x += x > -2 && x < 2 ? 0.0007f : 0.0137f) {
            float actual = one(fast, x);
            float expected = (float) exact.applyAsDouble(x);
            if (Float.isInfinite(expected)) {
                assertEquals(expected, actual, "at " + x);
                continue;
            }
            if (Math.abs(expected) < Float.MIN_NORMAL) {
                assertEquals(expected, actual, Float.MIN_NORMAL / 2, "at " + x);
                continue;
            }
            double error = Math.abs(actual - exact.applyAsDouble(x)) / Math.ulp(expected);
            if (error > worst) {
                worst = error;
                at = x;
            }
        }
        assertTrue(worst <= units, worst + " units in the last place at " + at);
        assertTrue(Float.isNaN(one(fast, Float.NaN)));
        assertEquals((float) exact.applyAsDouble(0), one(fast, 0f));
        assertEquals((float) exact.applyAsDouble(-1e9), one(fast, -1e9f));
        assertEquals((float) exact.applyAsDouble(1e9), one(fast, 1e9f));
        assertEquals((float) exact.applyAsDouble(Double.NEGATIVE_INFINITY), one(fast, Float.NEGATIVE_INFINITY));
    }

    private static float one(UnaryOperator<FloatVector> fast, float x) {
        return fast.apply(FloatVector.broadcast(Vectors.FLOATS, x)).lane(Vectors.LANES - 1);
    }

    @Test
    void sumHasOneOrder() {
        var values = new float[Vectors.LANES];
        for (int lane = 0; lane < values.length; lane++) {
            values[lane] = (float) Math.pow(-7, lane) / 3;
        }
        var expected = values.clone();
        for (int half = values.length / 2; half > 0; half /= 2) {
            for (int lane = 0; lane < half; lane++) {
                expected[lane] += expected[lane + half];
            }
        }
        for (int i = 0; i < 20_000; i++) { // interpreted, then compiled
            assertEquals(expected[0], Vectors.sum(FloatVector.fromArray(Vectors.FLOATS, values, 0)));
        }
    }
}
