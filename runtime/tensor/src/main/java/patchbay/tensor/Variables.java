package patchbay.tensor;

import java.util.Set;

/**
 * Named values that outlive a run: parameters, optimizer moments, state. Programs compiled over the same variables share
 * them. They live where the engine computes; reading and writing copies.
 */
public interface Variables {

    /** Names, in the order in which they were added. */
    Set<String> names();

    boolean contains(String name);

    TensorType type(String name);

    /** Adds a variable, or gives a known one new values; of f16 and bf16 the nearest. */
    void put(String name, TensorType type, float[] values);

    void put(String name, TensorType type, int[] values);

    /** Copies the values of a float variable, f16 and bf16 widened, into {@code into}. */
    void read(String name, float[] into);

    void read(String name, int[] into);

    /** Another name set over the same storage: what both hold they share; what is added to one, the other does not have. */
    Variables fork();

    /** Whether variables of {@code other} live in the same place, so that {@link #share} can take them. */
    boolean isBeside(Variables other);

    /** Takes the variable {@code name} of {@code other} (which {@link #isBeside} this) into this set, sharing storage, in place of any of that name. */
    void share(String name, Variables other);

    /** A copy with storage of its own. */
    Variables copy();

    void remove(String name);
}
