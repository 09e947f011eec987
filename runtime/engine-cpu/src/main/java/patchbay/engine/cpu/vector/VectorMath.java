package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Functions of vectors whose bits do not depend on whether the JVM has compiled the caller yet, as those of
 * {@code lanewise(EXP)} and {@code reduceLanes(ADD)} do: a run must be repeatable from its first step.
 */
final class VectorMath {

    /** Added to a small float, leaves it rounded to an integer in the lowest bits: 1.5 · 2²³. */
    private static final float ROUND = 12582912f;
    private static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts; the first has so few bits that its products with whole numbers are exact. */
    private static final float LN_2_HIGH = 0.693359375f;
    private static final float LN_2_LOW = -0.00021219444f;
    private static final float OVERFLOW = 88.37f;
    private static final float UNDERFLOW = -87.33f;

    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private VectorMath() {}

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.fromOp(FLOATS, lane -> (lane + by) % LANES);
    }

    /**
     * e to the x: {@code 2ⁿ · p(r)} with {@code x = n·ln 2 + r} and p a polynomial of degree 6 fitted on |r| ≤ ln 2 / 2.
     * Relative error below 1.2e-7 (one unit in the last place); 0 below −87.33, infinite above 88.37, NaN of NaN.
     */
    static FloatVector exp(FloatVector x) {
        var shifted = x.lanewise(VectorOperators.FMA, LOG2_E, ROUND);
        var n = shifted.sub(ROUND);
        var r = n.lanewise(VectorOperators.FMA, FloatVector.broadcast(FLOATS, -LN_2_HIGH), x);
        r = n.lanewise(VectorOperators.FMA, FloatVector.broadcast(FLOATS, -LN_2_LOW), r);
        var p = FloatVector.broadcast(FLOATS, 0.0013814539f);
        p = p.lanewise(VectorOperators.FMA, r, 0.008368745f);
        p = p.lanewise(VectorOperators.FMA, r, 0.04166839f);
        p = p.lanewise(VectorOperators.FMA, r, 0.16666521f);
        p = p.lanewise(VectorOperators.FMA, r, 0.49999994f);
        p = p.lanewise(VectorOperators.FMA, r, 1f);
        p = p.lanewise(VectorOperators.FMA, r, 1f);
        // n stands in the lowest bits of the shifted sum: moved up, it is an exponent
        var power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(0x3f800000).reinterpretAsFloats();
        return p.mul(power)
                .blend(0f, x.compare(VectorOperators.LT, UNDERFLOW))
                .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, OVERFLOW));
    }

    /** {@code 1 / (1 + exp(−x))}. */
    static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(FLOATS, 1f).div(exp(x.neg()).add(1f));
    }

    /** The sum of all lanes, halves first. */
    static float sum(FloatVector lanes) {
        var v = lanes;
        if (LANES >= 16) {
            v = v.add(v.rearrange(BY_8));
        }
        if (LANES >= 8) {
            v = v.add(v.rearrange(BY_4));
        }
        if (LANES >= 4) {
            v = v.add(v.rearrange(BY_2));
        }
        if (LANES >= 2) {
            v = v.add(v.rearrange(BY_1));
        }
        return v.lane(0);
    }

    /** The lanes from {@code at} on that lie before {@code end}. */
    static VectorMask<Float> before(int at, int end) {
        return FLOATS.indexInRange(at, end);
    }

    static FloatVector load(float[] from, int at) {
        return FloatVector.fromArray(FLOATS, from, at);
    }

    /** 0 in the other lanes. */
    static FloatVector load(float[] from, int at, VectorMask<Float> lanes) {
        return FloatVector.fromArray(FLOATS, from, at, lanes);
    }
}
