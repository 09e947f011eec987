package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.before;
import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import jdk.incubator.vector.FloatVector;

/** Twins of {@link patchbay.kernels.Optimizer}. */
public final class Optimizer {

    private Optimizer() {}

    public static void adamW(int first, int count, float[] parameter, float[] gradient, float[] m, float[] v,
            float[] hyper, float[] clip, float[] parameterOut, float[] mOut, float[] vOut, float beta1, float beta2,
            float epsilon, float decay) {
        float rate = hyper[0];
        float correction1 = hyper[1];
        float correction2 = hyper[2];
        float scale = clip[0];
        int end = first + count;
        for (int at = first; at < end; at += LANES) {
            var lanes = before(at, end);
            var g = load(gradient, at, lanes).mul(scale);
            var mean = load(m, at, lanes).mul(beta1).add(g.mul(1 - beta1));
            var square = load(v, at, lanes).mul(beta2).add(g.mul(1 - beta2).mul(g));
            var old = load(parameter, at, lanes);
            var step = mean.div(correction1).div(square.div(correction2).sqrt().add(epsilon)).add(old.mul(decay));
            mean.intoArray(mOut, at, lanes);
            square.intoArray(vOut, at, lanes);
            old.sub(step.mul(rate)).intoArray(parameterOut, at, lanes);
        }
    }

    public static void squares(int first, int count, float[] x, float[] partial, int size, int chunk, int offset) {
        for (int i = 0; i < count; i++) {
            int part = first + i;
            int end = Math.min(size, (part + 1) * chunk);
            var total = FloatVector.zero(FLOATS);
            int at = part * chunk;
            for (; at <= end - LANES; at += LANES) {
                var value = load(x, at);
                total = value.fma(value, total);
            }
            if (at < end) {
                var value = load(x, at, before(at, end));
                total = value.fma(value, total);
            }
            partial[offset + part] = Vectors.sum(total);
        }
    }
}
