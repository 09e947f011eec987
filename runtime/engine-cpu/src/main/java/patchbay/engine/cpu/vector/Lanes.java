package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.Vectors.FLOATS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Loads of whole vectors and of those at the end of a row. */
final class Lanes {

    private Lanes() {}

    /** The lanes of a vector at {@code at} that lie before {@code end}. */
    static VectorMask<Float> before(int at, int end) {
        return FLOATS.indexInRange(at, end);
    }

    static FloatVector load(float[] from, int at) {
        return FloatVector.fromArray(FLOATS, from, at);
    }

    /** 0 in the other lanes. */
    static FloatVector load(float[] from, int at, VectorMask<Float> lanes) {
        return FloatVector.fromArray(FLOATS, from, at, lanes);
    }
}
