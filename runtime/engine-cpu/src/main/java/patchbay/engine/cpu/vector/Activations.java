package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import jdk.incubator.vector.FloatVector;

/** Twins of {@link patchbay.kernels.Activations}. */
public final class Activations {

    private static final float SQRT_HALF = 0.70710678f;
    private static final float INVERSE_SQRT_TWO_PI = 0.39894228f;
    private static final float SQRT_TWO_OVER_PI = 0.79788456f;
    private static final float CUBIC = 0.044715f;

    private Activations() {}

    public static void tanh(int first, int count, float[] x, float[] out) {
        int end = first + count;
        int at = first;
        for (; at <= end - LANES; at += LANES) {
            Vectors.tanh(FloatVector.fromArray(FLOATS, x, at)).intoArray(out, at);
        }
        if (at < end) {
            var rest = FLOATS.indexInRange(at, end);
            Vectors.tanh(FloatVector.fromArray(FLOATS, x, at, rest)).intoArray(out, at, rest);
        }
    }

    public static void sigmoid(int first, int count, float[] x, float[] out) {
        int end = first + count;
        int at = first;
        for (; at <= end - LANES; at += LANES) {
            Vectors.sigmoid(FloatVector.fromArray(FLOATS, x, at)).intoArray(out, at);
        }
        if (at < end) {
            var rest = FLOATS.indexInRange(at, end);
            Vectors.sigmoid(FloatVector.fromArray(FLOATS, x, at, rest)).intoArray(out, at, rest);
        }
    }

    private static FloatVector silu(FloatVector x) {
        return x.div(Vectors.exp(x.neg()).add(1f));
    }

    public static void silu(int first, int count, float[] x, float[] out) {
        int end = first + count;
        int at = first;
        for (; at <= end - LANES; at += LANES) {
            silu(FloatVector.fromArray(FLOATS, x, at)).intoArray(out, at);
        }
        if (at < end) {
            var rest = FLOATS.indexInRange(at, end);
            silu(FloatVector.fromArray(FLOATS, x, at, rest)).intoArray(out, at, rest);
        }
    }

    private static FloatVector siluGradient(FloatVector x, FloatVector gradient) {
        var s = Vectors.sigmoid(x);
        return gradient.mul(s).mul(x.mul(s.neg().add(1f)).add(1f));
    }

    public static void siluGradient(int first, int count, float[] x, float[] gradient, float[] out) {
        int end = first + count;
        int at = first;
        for (; at <= end - LANES; at += LANES) {
            siluGradient(FloatVector.fromArray(FLOATS, x, at), FloatVector.fromArray(FLOATS, gradient, at)).intoArray(out, at);
        }
        if (at < end) {
            var rest = FLOATS.indexInRange(at, end);
            siluGradient(FloatVector.fromArray(FLOATS, x, at, rest), FloatVector.fromArray(FLOATS, gradient, at, rest))
                    .intoArray(out, at, rest);
        }
    }

    /** Half of 1 + erf(x / √2). */
    private static FloatVector normal(FloatVector x) {
        return erf(x.mul(SQRT_HALF)).add(1f).mul(0.5f);
    }

    private static FloatVector gelu(FloatVector x) {
        return x.mul(normal(x));
    }

    public static void gelu(int first, int count, float[] x, float[] out) {
        int end = first + count;
        int at = first;
        for (; at <= end - LANES; at += LANES) {
            gelu(FloatVector.fromArray(FLOATS, x, at)).intoArray(out, at);
        }
        if (at < end) {
            var rest = FLOATS.indexInRange(at, end);
            gelu(FloatVector.fromArray(FLOATS, x, at, rest)).intoArray(out, at, rest);
        }
    }

    private static FloatVector geluGradient(FloatVector x, FloatVector gradient) {
        var density = Vectors.exp(x.mul(x).mul(-0.5f)).mul(INVERSE_SQRT_TWO_PI);
        return gradient.mul(normal(x).add(x.mul(density)));
    }

    public static void geluGradient(int first, int count, float[] x, float[] gradient, float[] out) {
        int end = first + count;
        int at = first;
        for (; at <= end - LANES; at += LANES) {
            geluGradient(FloatVector.fromArray(FLOATS, x, at), FloatVector.fromArray(FLOATS, gradient, at)).intoArray(out, at);
        }
        if (at < end) {
            var rest = FLOATS.indexInRange(at, end);
            geluGradient(FloatVector.fromArray(FLOATS, x, at, rest), FloatVector.fromArray(FLOATS, gradient, at, rest))
                    .intoArray(out, at, rest);
        }
    }

    private static FloatVector geluTanh(FloatVector x) {
        var t = Vectors.tanh(x.mul(x).mul(x).mul(CUBIC).add(x).mul(SQRT_TWO_OVER_PI));
        return x.mul(0.5f).mul(t.add(1f));
    }

    public static void geluTanh(int first, int count, float[] x, float[] out) {
        int end = first + count;
        int at = first;
        for (; at <= end - LANES; at += LANES) {
            geluTanh(FloatVector.fromArray(FLOATS, x, at)).intoArray(out, at);
        }
        if (at < end) {
            var rest = FLOATS.indexInRange(at, end);
            geluTanh(FloatVector.fromArray(FLOATS, x, at, rest)).intoArray(out, at, rest);
        }
    }

    private static FloatVector geluTanhGradient(FloatVector x, FloatVector gradient) {
        var t = Vectors.tanh(x.mul(x).mul(x).mul(CUBIC).add(x).mul(SQRT_TWO_OVER_PI));
        var slope = x.mul(x).mul(3f * CUBIC).add(1f).mul(SQRT_TWO_OVER_PI);
        var left = t.add(1f).mul(0.5f);
        var right = x.mul(0.5f).mul(t.mul(t).neg().add(1f)).mul(slope);
        return gradient.mul(left.add(right));
    }

    public static void geluTanhGradient(int first, int count, float[] x, float[] gradient, float[] out) {
        int end = first + count;
        int at = first;
        for (; at <= end - LANES; at += LANES) {
            geluTanhGradient(FloatVector.fromArray(FLOATS, x, at), FloatVector.fromArray(FLOATS, gradient, at)).intoArray(out, at);
        }
        if (at < end) {
            var rest = FLOATS.indexInRange(at, end);
            geluTanhGradient(FloatVector.fromArray(FLOATS, x, at, rest), FloatVector.fromArray(FLOATS, gradient, at, rest))
                    .intoArray(out, at, rest);
        }
    }

    /** Abramowitz and Stegun, 7.1.26, as the plain kernel. */
    private static FloatVector erf(FloatVector x) {
        var size = x.abs();
        var t = FloatVector.broadcast(FLOATS, 1f).div(size.mul(0.3275911f).add(1f));
        var series = t.mul(1.061405429f).add(-1.453152027f).mul(t).add(1.421413741f).mul(t).add(-0.284496736f).mul(t)
                .add(0.254829592f).mul(t);
        var value = series.mul(Vectors.exp(size.mul(size).neg())).neg().add(1f);
        return value.blend(value.neg(), x.lt(0f));
    }
}
