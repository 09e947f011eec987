package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Vectors.FLOATS;
import static patchbay.engine.cpu.vector.Vectors.LANES;

import jdk.incubator.vector.FloatVector;

/** Twins of {@link patchbay.kernels.Functions}. */
public final class Functions {

    private Functions() {}

    public static void exp(int first, int count, float[] x, float[] out) {
        int end = first + count;
        int at = first;
        for (; at <= end - LANES; at += LANES) {
            Vectors.exp(FloatVector.fromArray(FLOATS, x, at)).intoArray(out, at);
        }
        if (at < end) {
            var rest = FLOATS.indexInRange(at, end);
            Vectors.exp(FloatVector.fromArray(FLOATS, x, at, rest)).intoArray(out, at, rest);
        }
    }
}
