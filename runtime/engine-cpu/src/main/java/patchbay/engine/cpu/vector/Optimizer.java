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

    public static void squares(int first, int count, float[] x0, float[] x1, float[] x2, float[] x3, float[] partial,
            int size0, int size1, int size2, int size3, int chunk, int offset) {
        int begin1 = Math.ceilDiv(size0, chunk);
        int begin2 = begin1 + Math.ceilDiv(size1, chunk);
        int begin3 = begin2 + Math.ceilDiv(size2, chunk);
        for (int part = first; part < first + count; part++) {
            partial[offset + part] = part < begin1 ? squares(x0, part * chunk, size0, chunk)
                    : part < begin2 ? squares(x1, (part - begin1) * chunk, size1, chunk)
                    : part < begin3 ? squares(x2, (part - begin2) * chunk, size2, chunk) : squares(x3, (part - begin3) * chunk, size3, chunk);
        }
    }

    private static float squares(float[] x, int from, int size, int chunk) {
        int end = Math.min(size, from + chunk);
        var total = FloatVector.zero(FLOATS);
        int at = from;
        for (; at <= end - LANES; at += LANES) {
            var value = load(x, at);
            total = value.fma(value, total);
        }
        if (at < end) {
            var value = load(x, at, before(at, end));
            total = value.fma(value, total);
        }
        return Vectors.sum(total);
    }
}
