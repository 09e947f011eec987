package patchbay.kernels;

/** Activation functions, element by element, each with its derivative multiplied by an incoming gradient. */
public final class Activations {

    private static final float SQRT_HALF = 0.70710678f;
    private static final float INVERSE_SQRT_TWO_PI = 0.39894228f;
    private static final float SQRT_TWO_OVER_PI = 0.79788456f;
    private static final float CUBIC = 0.044715f;

    private Activations() {}

    public static void tanh(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = (float) Math.tanh(v);
        }
    }

    /** From the output y = tanh x: g (1 − y²). */
    public static void tanhGradient(int first, int count, float[] y, float[] gradient, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = y[first + i];
            out[first + i] = gradient[first + i] * (1f - v * v);
        }
    }

    /** 1 / (1 + e⁻ˣ). */
    public static void sigmoid(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = 1f / (1f + (float) Math.exp(-v));
        }
    }

    /** From the output y: g y (1 − y). */
    public static void sigmoidGradient(int first, int count, float[] y, float[] gradient, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = y[first + i];
            out[first + i] = gradient[first + i] * v * (1f - v);
        }
    }

    /** x σ(x) (Elfwing et al. 2017; Hendrycks and Gimpel 2016). */
    public static void silu(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = v / (1f + (float) Math.exp(-v));
        }
    }

    /** g σ(x) (1 + x (1 − σ(x))). */
    public static void siluGradient(int first, int count, float[] x, float[] gradient, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            float s = 1f / (1f + (float) Math.exp(-v));
            out[first + i] = gradient[first + i] * s * (1f + v * (1f - s));
        }
    }

    /** The greater of x and 0; a NaN stays one. */
    public static void relu(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = v > 0f ? v : v != v ? v : 0f;
        }
    }

    /** g where x > 0, else 0. */
    public static void reluGradient(int first, int count, float[] x, float[] gradient, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = gradient[first + i] * (v > 0f ? 1f : 0f);
        }
    }

    /** x Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016), by {@link #erf}. */
    public static void gelu(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = v * 0.5f * (1f + erf(v * SQRT_HALF));
        }
    }

    /** g (Φ(x) + x φ(x)). */
    public static void geluGradient(int first, int count, float[] x, float[] gradient, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            float density = INVERSE_SQRT_TWO_PI * (float) Math.exp(-0.5f * v * v);
            out[first + i] = gradient[first + i] * (0.5f * (1f + erf(v * SQRT_HALF)) + v * density);
        }
    }

    /** ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))): the approximation of GELU that GPT-2 uses. */
    public static void geluTanh(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            float t = (float) Math.tanh(SQRT_TWO_OVER_PI * (v + CUBIC * v * v * v));
            out[first + i] = 0.5f * v * (1f + t);
        }
    }

    /** g times the derivative of {@link #geluTanh}. */
    public static void geluTanhGradient(int first, int count, float[] x, float[] gradient, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            float t = (float) Math.tanh(SQRT_TWO_OVER_PI * (v + CUBIC * v * v * v));
            float slope = SQRT_TWO_OVER_PI * (1f + 3f * CUBIC * v * v);
            out[first + i] = gradient[first + i] * (0.5f * (1f + t) + 0.5f * v * (1f - t * t) * slope);
        }
    }

    /** log(1 + eˣ), without overflow. */
    public static void softplus(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = Math.max(v, 0f) + (float) Math.log(1.0 + Math.exp(-Math.abs(v)));
        }
    }

    /** The error function, within 2e-7 (Abramowitz and Stegun, 7.1.26). */
    public static float erf(float x) {
        float size = Math.abs(x);
        float t = 1f / (1f + 0.3275911f * size);
        float series = t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f))));
        float value = 1f - series * (float) Math.exp(-size * size);
        return x < 0f ? -value : value;
    }
}
