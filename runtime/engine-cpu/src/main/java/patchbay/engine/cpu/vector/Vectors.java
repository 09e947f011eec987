package patchbay.engine.cpu.vector;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import patchbay.tensor.UserError;

/**
 * The one vector width of all kernels here: what the machine prefers, or what {@code -Dpatchbay.vector=64|128|256|512}
 * says. Constants, because the compiler must see through them.
 *
 * <p>A kernel must give the same bits before and after the JVM compiles it, or a run cannot be repeated. So it must not
 * use {@code reduceLanes(ADD)} or {@code MUL} of floats (their order is left open) nor the lane-wise {@code EXP},
 * {@code TANH}, {@code LOG} … (interpreted and compiled code compute them differently): {@link #sum} and {@link #exp}
 * are fixed. {@code fma}, {@code MAX} and {@code MIN} are the same everywhere.
 */
public final class Vectors {

    private static final VectorShape SHAPE = shape(System.getProperty("patchbay.vector", ""));

    public static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
    public static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
    /** Elements of a vector. */
    public static final int LANES = FLOATS.length();

    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private Vectors() {}

    private static VectorShape shape(String width) {
        return switch (width) {
            case "" -> FloatVector.SPECIES_PREFERRED.vectorShape();
            case "64" -> VectorShape.S_64_BIT;
            case "128" -> VectorShape.S_128_BIT;
            case "256" -> VectorShape.S_256_BIT;
            case "512" -> VectorShape.S_512_BIT;
            default -> throw UserError.unknown("vector width (patchbay.vector)", width, List.of("off", "64", "128", "256", "512"));
        };
    }

    private static VectorShuffle<Float> rotation(int lanes) {
        return VectorShuffle.fromOp(FLOATS, lane -> (lane + lanes) % LANES);
    }

    public static int bits() {
        return SHAPE.vectorBitSize();
    }

    /** The greatest multiple of the vector's length that is at most {@code size}. */
    public static int floor(int size) {
        return size & -LANES;
    }

    /** The sum of the lanes, always in the same order: halves onto each other. */
    public static float sum(FloatVector x) {
        var sum = x;
        if (LANES > 8) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (LANES > 4) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        if (LANES > 2) {
            sum = sum.add(sum.rearrange(BY_2));
        }
        return sum.add(sum.rearrange(BY_1)).lane(0);
    }

    private static final float LOG2_E = 1.4426950408889634f;
    /** ln 2 in two parts; multiples of the upper one are exact. */
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    /** Added to a small number, it leaves the nearest whole one in the lowest bits. */
    private static final float ROUND = 0x1.8p23f;
    private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);

    /**
     * {@code e^x} to 2 units in the last place: {@code 2^n · e^r} with {@code |r| ≤ ln 2 / 2}, the latter by a polynomial
     * (Cephes' expf). Overflows to infinity, underflows through the subnormals to 0.
     */
    public static FloatVector exp(FloatVector argument) {
        var x = argument.min(89f).max(-104f);
        var shifted = x.fma(FloatVector.broadcast(FLOATS, LOG2_E), FloatVector.broadcast(FLOATS, ROUND));
        var whole = shifted.sub(ROUND);
        var r = whole.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), x);
        r = whole.fma(FloatVector.broadcast(FLOATS, -LN2_LOW), r);
        var p = FloatVector.broadcast(FLOATS, 1.9875691500e-4f);
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1.3981999507e-3f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 8.3334519073e-3f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 4.1665795894e-2f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1.6666665459e-1f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 5.0000001201e-1f));
        p = p.fma(r.mul(r), r).add(1f);
        // 2^n in two factors, so that neither overflows where the product does not
        var n = shifted.reinterpretAsInts().sub(ROUND_BITS);
        var half = n.lanewise(VectorOperators.ASHR, 1);
        var first = half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        var second = n.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        return p.mul(first).mul(second);
    }

    /** {@code tanh x}, by {@link #exp}; a relative error of some 1e-6. */
    public static FloatVector tanh(FloatVector x) {
        // Near 0 the quotient cancels: an odd polynomial (Cephes' tanhf) there.
        var square = x.mul(x);
        var p = FloatVector.broadcast(FLOATS, -5.70498872745e-3f);
        p = p.fma(square, FloatVector.broadcast(FLOATS, 2.06390887954e-2f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, -5.37397155531e-2f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, 1.33314422036e-1f));
        p = p.fma(square, FloatVector.broadcast(FLOATS, -3.33332819422e-1f));
        var small = p.mul(square).fma(x, x);
        var e = exp(x.abs().mul(2f));
        var large = FloatVector.broadcast(FLOATS, 1f).sub(FloatVector.broadcast(FLOATS, 2f).div(e.add(1f)));
        large = large.blend(large.neg(), x.lt(0f));
        return large.blend(small, x.abs().lt(0.625f));
    }

    /** {@code 1 / (1 + e^−x)}. */
    public static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(FLOATS, 1f).div(exp(x.neg()).add(1f));
    }
}
