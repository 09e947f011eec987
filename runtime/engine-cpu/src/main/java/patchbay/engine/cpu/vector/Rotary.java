package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.VectorMath.before;
import static patchbay.engine.cpu.vector.VectorMath.load;
import static patchbay.engine.cpu.vector.Vectors.LANES;

/** Twin of {@link patchbay.kernels.Rotary}. */
public final class Rotary {

    private Rotary() {}

    public static void rotate(int first, int count, float[] x, float[] table, float[] out, int time, int heads, int dim,
            int half, float direction) {
        for (int i = 0; i < count; i++) {
            int row = first + i;
            int at = row * dim;
            int angles = row / heads % time * 2 * half;
            for (int j = 0; j < half; j += LANES) {
                var lanes = before(j, half);
                var cos = load(table, angles + j, lanes);
                var sin = load(table, angles + half + j, lanes).mul(direction);
                var lower = load(x, at + j, lanes);
                var upper = load(x, at + half + j, lanes);
                lower.mul(cos).sub(upper.mul(sin)).intoArray(out, at + j, lanes);
                upper.mul(cos).add(lower.mul(sin)).intoArray(out, at + half + j, lanes);
            }
            if (2 * half < dim) {
                System.arraycopy(x, at + 2 * half, out, at + 2 * half, dim - 2 * half);
            }
        }
    }
}
