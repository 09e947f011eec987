package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.before;
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
            for (int j = 0; j < half; j += LANES) {
                var lanes = before(j, half);
                var cos = load(table, angles + j, lanes);
                var sin = load(table, angles + half + j, lanes).mul(direction);
                for (int at = row * dim + j; at < end * dim; at += dim) {
                    var lower = load(x, at, lanes);
                    var upper = load(x, at + half, lanes);
                    lower.mul(cos).sub(upper.mul(sin)).intoArray(out, at, lanes);
                    upper.mul(cos).add(lower.mul(sin)).intoArray(out, at + half, lanes);
                }
            }
            for (int at = row * dim + 2 * half; 2 * half < dim && at < end * dim; at += dim) {
                System.arraycopy(x, at, out, at, dim - 2 * half);
            }
            row = end;
        }
    }
}
