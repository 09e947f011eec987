package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.before;
import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;
import static patchbay.engine.cpu.vector.Vectors.sigmoid;

import jdk.incubator.vector.FloatVector;

/** Twins of {@link patchbay.kernels.Gated}. */
public final class Gated {

    private Gated() {}

    public static void siluMultiply(int first, int count, float[] x, float[] other, float[] out) {
        int end = first + count;
        int at = first;
        for (; at <= end - LANES; at += LANES) {
            var value = load(x, at);
            value.mul(sigmoid(value)).mul(load(other, at)).intoArray(out, at);
        }
        if (at < end) {
            var lanes = before(at, end);
            var value = load(x, at, lanes);
            value.mul(sigmoid(value)).mul(load(other, at, lanes)).intoArray(out, at, lanes);
        }
    }

    public static void siluMultiplyGradient(int first, int count, float[] x, float[] other, float[] dy, float[] dx,
            float[] dother) {
        int end = first + count;
        int at = first;
        for (; at <= end - LANES; at += LANES) {
            var value = load(x, at);
            var gradient = load(dy, at);
            var factor = load(other, at);
            var sigmoid = sigmoid(value);
            byX(value, gradient, factor, sigmoid).intoArray(dx, at);
            gradient.mul(value).mul(sigmoid).intoArray(dother, at);
        }
        if (at < end) {
            var lanes = before(at, end);
            var value = load(x, at, lanes);
            var gradient = load(dy, at, lanes);
            var factor = load(other, at, lanes);
            var sigmoid = sigmoid(value);
            byX(value, gradient, factor, sigmoid).intoArray(dx, at, lanes);
            gradient.mul(value).mul(sigmoid).intoArray(dother, at, lanes);
        }
    }

    private static FloatVector byX(FloatVector value, FloatVector gradient, FloatVector factor, FloatVector sigmoid) {
        var one = FloatVector.broadcast(FLOATS, 1f);
        return gradient.mul(factor).mul(sigmoid).mul(value.fma(one.sub(sigmoid), one));
    }
}
