package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.LANES;

/** Twin of {@link patchbay.kernels.Rotary}. */
public final class Rotary {

    private Rotary() {}

    public static void rotate(int first, int count, float[] x, float[] table, float[] out, int time, int heads, int dim,
            int half, float direction) {
        for (int row = first; row < first + count;) {
            // the heads of one token turn by the same angles
            int end = Math.min(first + count, (row / heads + 1) * heads);
            int angles = row / heads % time * 2 * half;
            int whole = Vectors.floor(half);
            for (int j = 0; j < whole; j += LANES) {
                var cos = load(table, angles + j);
                var sin = load(table, angles + half + j).mul(direction);
                for (int at = row * dim + j; at < end * dim; at += dim) {
                    var lower = load(x, at);
                    var upper = load(x, at + half);
                    lower.mul(cos).sub(upper.mul(sin)).intoArray(out, at);
                    upper.mul(cos).add(lower.mul(sin)).intoArray(out, at + half);
                }
            }
            for (int at = row * dim; at < end * dim; at += dim) {
                for (int j = whole; j < half; j++) {
                    float cos = table[angles + j];
                    float sin = table[angles + half + j] * direction;
                    float lower = x[at + j];
                    float upper = x[at + half + j];
                    out[at + j] = lower * cos - upper * sin;
                    out[at + half + j] = upper * cos + lower * sin;
                }
            }
            for (int at = row * dim + 2 * half; 2 * half < dim && at < end * dim; at += dim) {
                System.arraycopy(x, at, out, at, dim - 2 * half);
            }
            row = end;
        }
    }
}
