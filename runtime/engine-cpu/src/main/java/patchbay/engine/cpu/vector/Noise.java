package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Lanes.before;
import static patchbay.engine.cpu.vector.Lanes.load;
import static patchbay.engine.cpu.vector.Vectors.INTS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Twin of {@link patchbay.kernels.Noise}: the same mask, bit for bit. */
public final class Noise {

    private static final IntVector INDEX = IntVector.zero(INTS).addIndex(1);

    private Noise() {}

    public static void dropout(int first, int count, float[] x, int[] step, float[] out, int salt, float p) {
        int seed = mix(salt ^ mix(step[0] + 0x9e3779b9));
        float scale = 1 / (1 - p);
        int end = first + count;
        for (int at = first; at < end; at += LANES) {
            var lanes = before(at, end);
            var hash = mix(INDEX.add(at).lanewise(VectorOperators.XOR, seed));
            var uniform = ((FloatVector) hash.lanewise(VectorOperators.LSHR, 9).convert(VectorOperators.I2F, 0))
                    .add(0.5f).mul(1.1920929e-7f);
            load(x, at, lanes).mul(scale).blend(0f, uniform.compare(VectorOperators.LT, p)).intoArray(out, at, lanes);
        }
    }

    private static IntVector mix(IntVector x) {
        var h = x.lanewise(VectorOperators.XOR, x.lanewise(VectorOperators.LSHR, 16)).mul(0x7feb352d);
        h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 15)).mul(0x846ca68b);
        return h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
    }

    private static int mix(int x) {
        int h = x;
        h ^= h >>> 16;
        h *= 0x7feb352d;
        h ^= h >>> 15;
        h *= 0x846ca68b;
        h ^= h >>> 16;
        return h;
    }
}
