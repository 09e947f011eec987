package patchbay.engine.cpu;

import java.util.Optional;

/**
 * A launch in two steps: what its {@link Coarse} kernel would prepare in every call is prepared once, by all threads together, and
 * then all of them compute with it; where the array does not change, what was prepared serves later runs as well. The bits are the
 * kernel's. A class of these has one public constructor with the kernel's parameters after {@code first} and {@code count}.
 */
public interface Prepared {

    /** What is prepared; absent if there is nothing that all threads could use. */
    Optional<? extends Preparation> preparation();

    /** Whether each thread would prepare all of it, so that it pays to do it together in every run. */
    boolean isShared();

    /** Whether it pays to keep it from run to run, with as much memory as it takes. */
    boolean isWorthKeeping();

    /** Computes the launch's rows from {@code first} on with what all parts of the preparation left in {@code space}. */
    void compute(float[] space, int first, int count);
}
