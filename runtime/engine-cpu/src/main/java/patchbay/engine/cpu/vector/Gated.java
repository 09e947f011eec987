package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.LANES;
import static patchbay.engine.cpu.vector.Vectors.ONE;
import static patchbay.engine.cpu.vector.Vectors.sigmoid;

/** Twins of {@link patchbay.kernels.Gated}. */
public final class Gated {

    private Gated() {}

    public static void siluMultiply(int first, int count, float[] x, float[] other, float[] out) {
        int whole = first + Vectors.floor(count);
        for (int at = first; at < whole; at += LANES) {
            var value = load(x, at);
            value.mul(sigmoid(value)).mul(load(other, at)).intoArray(out, at);
        }
        Rest.of(Gated::siluMultiply, whole, first + count, x, other, out);
    }

    public static void siluMultiplyGradient(int first, int count, float[] x, float[] other, float[] dy, float[] dx,
            float[] dother) {
        int whole = first + Vectors.floor(count);
        for (int at = first; at < whole; at += LANES) {
            var value = load(x, at);
            var gradient = load(dy, at);
            var byOther = gradient.mul(load(other, at));
            var sigmoid = sigmoid(value);
            // both are computed before either is stored, which may be over an operand
            var byX = byOther.mul(sigmoid).mul(value.fma(ONE.sub(sigmoid), ONE));
            gradient.mul(value).mul(sigmoid).intoArray(dother, at);
            byX.intoArray(dx, at);
        }
        Rest.of(Gated::siluMultiplyGradient, whole, first + count, x, other, dy, dx, dother);
    }
}
