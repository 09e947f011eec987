package patchbay.tensor;

import java.util.Optional;

/**
 * A compiled graph. Inputs keep what was written until they are written again. A run allocates nothing. Not for use by
 * several threads at once; programs over the same {@link Variables} must not run at the same time.
 */
public interface Program extends AutoCloseable {

    /** Copies {@code values} into an input. */
    void write(String input, float[] values);

    void write(String input, int[] values);

    /** Computes outputs and updates variables. */
    void run();

    /** Copies an output of the last run into {@code into}, which must hold at least its size. */
    void read(String output, float[] into);

    void read(String output, int[] into);

    /** The one element of an output. */
    default float scalar(String output) {
        var one = new float[1];
        read(output, one);
        return one[0];
    }

    /** An output as a new array. */
    default float[] floats(String output) {
        var values = new float[type(output).size()];
        read(output, values);
        return values;
    }

    default int[] ints(String output) {
        var values = new int[type(output).size()];
        read(output, values);
        return values;
    }

    /** The type of an output. */
    TensorType type(String output);

    /** Number of kernel launches in a run. */
    int launches();

    /** Bytes of intermediate buffers, without variables. */
    long memory();

    /** What a run does, launch by launch; empty if the engine does not say. */
    default Optional<Plan> plan() {
        return Optional.empty();
    }

    /**
     * Takes the time of every launch of the runs from now on, from nothing, or ends and forgets that. Off, it costs
     * nothing. An engine that cannot do it leaves {@link #profile()} empty.
     */
    default void profile(boolean on) {}

    /** What was measured since {@link #profile(boolean)} was turned on; also after the program was closed. */
    default Optional<Profile> profile() {
        return Optional.empty();
    }

    @Override
    void close();
}
