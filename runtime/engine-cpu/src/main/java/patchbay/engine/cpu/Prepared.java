package patchbay.engine.cpu;

/**
 * A launch in two steps, for several threads: what its {@link Coarse} kernel prepares in every call is prepared once, by all
 * of them together, and then all of them compute with it. The bits are the kernel's. A class of these has one public
 * constructor with the kernel's parameters after {@code first} and {@code count}.
 */
public interface Prepared {

    /** Elements of what is prepared; 0 if there is nothing that all threads could use. */
    int size();

    /** Into how many parts the preparation may be divided. */
    int parts();

    /** Prepares {@code count} parts from {@code first} on in {@code space}, of {@link #size} elements at least. */
    void prepare(float[] space, int first, int count);

    /** Computes the launch's rows from {@code first} on with what all parts of the preparation left in {@code space}. */
    void compute(float[] space, int first, int count);
}
