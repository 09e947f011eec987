package patchbay.kernels;

/** Rotary position embedding (Su et al. 2021, equation 34), in the split form: dimension j turns with j + half. */
public final class Rotary {

    private Rotary() {}

    /**
     * Row t of the table: {@code magnitude · cos((start + t) · frequencies[j])} for j below {@code half}, then the sines.
     *
     * @param start {@code [1]}
     * @param frequencies radians a position, {@code [half]}
     * @param table {@code [T, 2 · half]}
     */
    public static void table(int first, int count, int[] start, float[] frequencies, float[] table, int half, float magnitude) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            for (int j = 0; j < half; j++) {
                double angle = (start[0] + row) * (double) frequencies[j];
                table[row * 2 * half + j] = magnitude * (float) Math.cos(angle);
                table[row * 2 * half + half + j] = magnitude * (float) Math.sin(angle);
            }
        }
    }

    /**
     * Turns the first {@code 2 · half} elements of each head by its position and copies the rest. A row is one head of one
     * token.
     *
     * @param x {@code [B, T, heads, dim]}
     * @param table {@code [T, 2 · half]}
     * @param direction 1, or −1 to turn back
     */
    public static void rotate(int first, int count, float[] x, float[] table, float[] out, int time, int heads, int dim,
            int half, float direction) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int at = row * dim;
            int angles = row / heads % time * 2 * half;
            for (int j = 0; j < half; j++) {
                float cos = table[angles + j];
                float sin = table[angles + half + j] * direction;
                float lower = x[at + j];
                float upper = x[at + half + j];
                out[at + j] = lower * cos - upper * sin;
                out[at + half + j] = upper * cos + lower * sin;
            }
            for (int j = 2 * half; j < dim; j++) {
                out[at + j] = x[at + j];
            }
        }
    }
}
