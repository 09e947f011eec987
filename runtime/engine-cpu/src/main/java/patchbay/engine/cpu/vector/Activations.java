package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.LANES;
import static patchbay.engine.cpu.vector.Vectors.ONE;
import static patchbay.engine.cpu.vector.Vectors.all;
import static patchbay.engine.cpu.vector.Vectors.exp;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Twins of {@link patchbay.kernels.Activations}. */
public final class Activations {

    private static final FloatVector HALF = all(0.5f);
    private static final FloatVector MINUS_HALF = all(-0.5f);
    private static final FloatVector INVERSE_SQRT_TWO_PI = all(0.39894228f);
    private static final FloatVector SQRT_TWO_OVER_PI = all(0.79788456f);
    private static final FloatVector CUBIC = all(0.044715f);
    private static final FloatVector THREE_CUBIC = all(3 * 0.044715f);

    private Activations() {}

    public static void tanh(int first, int count, float[] x, float[] out) {
        int whole = first + Vectors.floor(count);
        for (int at = first; at < whole; at += LANES) {
            Vectors.tanh(load(x, at)).intoArray(out, at);
        }
        Rest.of(Activations::tanh, whole, first + count, x, out);
    }

    public static void sigmoid(int first, int count, float[] x, float[] out) {
        int whole = first + Vectors.floor(count);
        for (int at = first; at < whole; at += LANES) {
            Vectors.sigmoid(load(x, at)).intoArray(out, at);
        }
        Rest.of(Activations::sigmoid, whole, first + count, x, out);
    }

    public static void silu(int first, int count, float[] x, float[] out) {
        int whole = first + Vectors.floor(count);
        for (int at = first; at < whole; at += LANES) {
            var value = load(x, at);
            value.div(exp(value.neg()).add(ONE)).intoArray(out, at);
        }
        Rest.of(Activations::silu, whole, first + count, x, out);
    }

    public static void siluGradient(int first, int count, float[] x, float[] gradient, float[] out) {
        int whole = first + Vectors.floor(count);
        for (int at = first; at < whole; at += LANES) {
            var value = load(x, at);
            var s = Vectors.sigmoid(value);
            load(gradient, at).mul(s).mul(value.fma(ONE.sub(s), ONE)).intoArray(out, at);
        }
        Rest.of(Activations::siluGradient, whole, first + count, x, gradient, out);
    }

    public static void relu(int first, int count, float[] x, float[] out) {
        int whole = first + Vectors.floor(count);
        for (int at = first; at < whole; at += LANES) {
            var value = load(x, at);
            value.blend(0f, value.compare(VectorOperators.LE, 0f)).intoArray(out, at); // what is not a number stays
        }
        Rest.of(Activations::relu, whole, first + count, x, out);
    }

    public static void gelu(int first, int count, float[] x, float[] out) {
        int whole = first + Vectors.floor(count);
        for (int at = first; at < whole; at += LANES) {
            var value = load(x, at);
            value.mul(normal(value, exp(value.mul(value).mul(MINUS_HALF)))).intoArray(out, at);
        }
        Rest.of(Activations::gelu, whole, first + count, x, out);
    }

    public static void geluGradient(int first, int count, float[] x, float[] gradient, float[] out) {
        int whole = first + Vectors.floor(count);
        for (int at = first; at < whole; at += LANES) {
            var value = load(x, at);
            var bell = exp(value.mul(value).mul(MINUS_HALF));
            load(gradient, at).mul(value.mul(bell).fma(INVERSE_SQRT_TWO_PI, normal(value, bell))).intoArray(out, at);
        }
        Rest.of(Activations::geluGradient, whole, first + count, x, gradient, out);
    }

    // Of Abramowitz and Stegun, 7.1.26, as in the plain kernel, for x rather than x / √2 and halved.
    private static final FloatVector P = all(0.3275911f * 0.70710678f);
    private static final FloatVector A5 = all(0.5f * 1.061405429f);
    private static final FloatVector A4 = all(0.5f * -1.453152027f);
    private static final FloatVector A3 = all(0.5f * 1.421413741f);
    private static final FloatVector A2 = all(0.5f * -0.284496736f);
    private static final FloatVector A1 = all(0.5f * 0.254829592f);

    /** Φ(x), half of 1 + erf(x / √2), by {@code bell = exp(−x² / 2)}, the exponential that the density shares. */
    private static FloatVector normal(FloatVector x, FloatVector bell) {
        var t = ONE.div(x.abs().fma(P, ONE));
        var beyond = A5.fma(t, A4).fma(t, A3).fma(t, A2).fma(t, A1).mul(t).mul(bell);
        return ONE.sub(beyond).blend(beyond, x.lt(0f));
    }

    public static void geluTanh(int first, int count, float[] x, float[] out) {
        int whole = first + Vectors.floor(count);
        for (int at = first; at < whole; at += LANES) {
            var value = load(x, at);
            value.mul(HALF).mul(bend(value).add(ONE)).intoArray(out, at);
        }
        Rest.of(Activations::geluTanh, whole, first + count, x, out);
    }

    public static void geluTanhGradient(int first, int count, float[] x, float[] gradient, float[] out) {
        int whole = first + Vectors.floor(count);
        for (int at = first; at < whole; at += LANES) {
            var value = load(x, at);
            var byOutput = load(gradient, at).mul(HALF); // before the tanh: after so much the compiler inlines nothing more
            var t = bend(value);
            var slope = value.mul(value).fma(THREE_CUBIC, ONE).mul(SQRT_TWO_OVER_PI);
            var right = value.mul(ONE.sub(t.mul(t))).mul(slope);
            byOutput.mul(t.add(ONE).add(right)).intoArray(out, at);
        }
        Rest.of(Activations::geluTanhGradient, whole, first + count, x, gradient, out);
    }

    private static FloatVector bend(FloatVector x) {
        return Vectors.tanh(x.mul(x).mul(CUBIC).fma(x, x).mul(SQRT_TWO_OVER_PI));
    }
}
