package patchbay.bench;

/** What one contender does again and again, with everything it needs prepared. */
interface Task extends AutoCloseable {

    void run();

    /** What the last run computed, to be compared with the others'; empty if there is nothing to compare. */
    default float[] result() {
        return new float[0];
    }

    @Override
    default void close() {}
}
