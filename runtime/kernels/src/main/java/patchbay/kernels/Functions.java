package patchbay.kernels;

/** Functions of one f32, element by element. */
public final class Functions {

    private Functions() {}

    public static void exp(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = (float) Math.exp(v);
        }
    }

    public static void log(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = (float) Math.log(v);
        }
    }

    public static void sqrt(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = (float) Math.sqrt(v);
        }
    }

    /** 1 / √x. */
    public static void rsqrt(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = 1f / (float) Math.sqrt(v);
        }
    }

    public static void square(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = v * v;
        }
    }

    public static void abs(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = Math.abs(v);
        }
    }

    /** −1, 0 or 1. */
    public static void sign(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = v > 0f ? 1f : v < 0f ? -1f : 0f;
        }
    }

    public static void sin(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = (float) Math.sin(v);
        }
    }

    public static void cos(int first, int count, float[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            float v = x[first + i];
            out[first + i] = (float) Math.cos(v);
        }
    }

    public static void pow(int first, int count, float[] x, float[] out, float exponent) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = (float) Math.pow(x[first + i], exponent);
        }
    }

    public static void clamp(int first, int count, float[] x, float[] out, float low, float high) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = Math.min(Math.max(x[first + i], low), high);
        }
    }

    /** The integer part, toward zero. */
    public static void toInt(int first, int count, float[] x, int[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = (int) x[first + i];
        }
    }

    public static void toFloat(int first, int count, int[] x, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = x[first + i];
        }
    }
}
