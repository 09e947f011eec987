package patchbay.engine.cpu;

import java.util.concurrent.atomic.AtomicLong;
import patchbay.tensor.DType;

/** What was prepared of a variable, kept from run to run until the variable has other values. */
final class Kept {

    private final Preparation preparation;
    private final AtomicLong changes;
    private final float[] space;
    /** The variable's changes when this was prepared. */
    private long seen = -1;

    /** @param changes counts how often the variable has had other values */
    Kept(Preparation preparation, AtomicLong changes) {
        this.preparation = preparation;
        this.changes = changes;
        this.space = new float[preparation.size()];
    }

    boolean is(Preparation other) {
        return preparation.equals(other);
    }

    /** Bytes. */
    long memory() {
        return DType.F32.bytes(space.length);
    }

    /** Where it lies. */
    float[] space() {
        return space;
    }

    /** Prepares it of the values that the variable has at this moment, if it has others than before. Programs in several threads may share it. */
    synchronized void renew(WorkerPool pool) {
        long now = changes.get();
        if (now != seen) {
            pool.prepare((first, count) -> preparation.prepare(space, first, count), preparation.parts());
            seen = now;
        }
    }
}
