package patchbay.kernels;

/** {@code silu(x) · other}: the gate of SwiGLU (Shazeer 2020, equation 6), with silu(x) = x · sigmoid(x). */
public final class Gated {

    private Gated() {}

    public static void siluMultiply(int first, int count, float[] x, float[] other, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            float sigmoid = 1 / (1 + (float) Math.exp(-x[at]));
            out[at] = x[at] * sigmoid * other[at];
        }
    }

    public static void siluMultiplyGradient(int first, int count, float[] x, float[] other, float[] dy, float[] dx,
            float[] dother) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            float value = x[at];
            float gradient = dy[at];
            float factor = other[at];
            float sigmoid = 1 / (1 + (float) Math.exp(-value));
            dx[at] = gradient * factor * sigmoid * (1 + value * (1 - sigmoid));
            dother[at] = gradient * value * sigmoid;
        }
    }
}
