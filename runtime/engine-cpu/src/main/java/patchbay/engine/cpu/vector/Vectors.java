package patchbay.engine.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import patchbay.engine.cpu.VectorWidth;

/**
 * The one vector width of all kernels here: what the machine prefers, or the {@link VectorWidth} that was chosen before. Constants, because the compiler must see through them.
 *
 * <p>A kernel must give the same bits before and after the JVM compiles it, or a run cannot be repeated. So it must not
 * use {@code reduceLanes(ADD)} or {@code MUL} of floats (their order is left open) nor the lane-wise {@code EXP},
 * {@code TANH}, {@code LOG} … (interpreted and compiled code compute them differently): {@link #sum} and {@link #exp}
 * are fixed. {@code fma}, {@code MAX} and {@code MIN} are the same everywhere.
 */
public final class Vectors {

    private static final VectorShape SHAPE = shape(VectorWidth.chosen());

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
            default -> throw new IllegalArgumentException("vectors of '" + width + "' bits");
        };
    }

    private static VectorShuffle<Float> rotation(int lanes) {
        return VectorShuffle.fromOp(FLOATS, lane -> (lane + lanes) % LANES);
    }

    public static int bits() {
        return SHAPE.vectorBitSize();
    }

    /** The widest vectors that this machine computes with. */
    public static int greatest() {
        return FloatVector.SPECIES_PREFERRED.vectorBitSize();
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

    /**
     * The sum of {@code n} elements, a multiple of a vector's, always in the same order. It calls nothing but the Vector API,
     * which is always inlined: where a caller has grown too large for the compiler to inline {@link #sum(FloatVector)}, and
     * the argument would become an object, this is a mere call.
     */
    public static float sum(float[] x, int at, int n) {
        var sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < n; i += LANES) {
            sum = sum.add(FloatVector.fromArray(FLOATS, x, at + i));
        }
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

    // Constants as vectors: each broadcast written out in a kernel costs the compiler, which inlines only so much.
    static final FloatVector ONE = all(1f);
    private static final FloatVector TWO = all(2f);
    private static final FloatVector GREATEST = all(89f);
    private static final FloatVector LEAST = all(-104f);
    private static final FloatVector LOG2_E = all(1.4426950408889634f);
    /** Added to a small number, it leaves the nearest whole one in the lowest bits. */
    private static final FloatVector ROUND = all(0x1.8p23f);
    private static final IntVector ROUND_BITS = ROUND.reinterpretAsInts();
    /** −ln 2 in two parts; multiples of the upper one are exact. */
    private static final FloatVector LN2_HIGH = all(-0.693359375f);
    private static final FloatVector LN2_LOW = all(2.12194440e-4f);
    private static final FloatVector E7 = all(1.9875691500e-4f);
    private static final FloatVector E6 = all(1.3981999507e-3f);
    private static final FloatVector E5 = all(8.3334519073e-3f);
    private static final FloatVector E4 = all(4.1665795894e-2f);
    private static final FloatVector E3 = all(1.6666665459e-1f);
    private static final FloatVector E2 = all(5.0000001201e-1f);
    private static final IntVector BIAS = IntVector.broadcast(INTS, 127);
    private static final IntVector SHIFT_1 = IntVector.broadcast(INTS, 1);
    private static final IntVector SHIFT_23 = IntVector.broadcast(INTS, 23);

    static FloatVector all(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }

    /**
     * {@code e^x} to 2 units in the last place: {@code 2^n · e^r} with {@code |r| ≤ ln 2 / 2}, the latter by a polynomial
     * (Cephes' expf). Overflows to infinity, underflows through the subnormals to 0.
     */
    public static FloatVector exp(FloatVector argument) {
        // blended, not min and max: those must tell −0 from 0 and take six instructions each
        var high = argument.blend(GREATEST, argument.compare(VectorOperators.GT, GREATEST));
        var x = high.blend(LEAST, high.compare(VectorOperators.LT, LEAST));
        var shifted = x.fma(LOG2_E, ROUND);
        var whole = shifted.sub(ROUND);
        var r = whole.fma(LN2_LOW, whole.fma(LN2_HIGH, x));
        var p = E7.fma(r, E6).fma(r, E5).fma(r, E4).fma(r, E3).fma(r, E2).fma(r.mul(r), r).add(ONE);
        // 2^n in two factors, so that neither overflows where the product does not
        var n = shifted.reinterpretAsInts().sub(ROUND_BITS);
        var half = n.lanewise(VectorOperators.ASHR, SHIFT_1);
        var first = half.add(BIAS).lanewise(VectorOperators.LSHL, SHIFT_23).reinterpretAsFloats();
        var second = n.sub(half).add(BIAS).lanewise(VectorOperators.LSHL, SHIFT_23).reinterpretAsFloats();
        return p.mul(first).mul(second);
    }

    private static final FloatVector T11 = all(-5.70498872745e-3f);
    private static final FloatVector T9 = all(2.06390887954e-2f);
    private static final FloatVector T7 = all(-5.37397155531e-2f);
    private static final FloatVector T5 = all(1.33314422036e-1f);
    private static final FloatVector T3 = all(-3.33332819422e-1f);

    /** {@code tanh x}, by {@link #exp}; a relative error of some 1e-6. */
    public static FloatVector tanh(FloatVector x) {
        // Near 0 the quotient cancels: an odd polynomial (Cephes' tanhf) there.
        var square = x.mul(x);
        var small = T11.fma(square, T9).fma(square, T7).fma(square, T5).fma(square, T3).mul(square).fma(x, x);
        var large = ONE.sub(TWO.div(exp(x.abs().mul(TWO)).add(ONE)));
        large = large.blend(large.neg(), x.lt(0f));
        return large.blend(small, x.abs().lt(0.625f));
    }

    /** {@code 1 / (1 + e^−x)}. */
    public static FloatVector sigmoid(FloatVector x) {
        return ONE.div(exp(x.neg()).add(ONE));
    }
}
