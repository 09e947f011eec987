package patchbay.tensor;

import java.util.function.Supplier;

/** What an {@link Operation} sees while gradients pass through one of its nodes, from outputs to inputs. */
public interface Gradient {

    /** Gradient of the loss by output {@code index}; zeros where nothing depends on it. */
    Tensor of(int index);

    /** Adds a part of the gradient by input {@code index}; built only where somebody wants it. */
    void to(int index, Supplier<Tensor> part);

    /** Whether anybody wants the gradient by input {@code index}. */
    boolean wanted(int index);

    /** Says that the operation lets no gradient through: it is constant almost everywhere. */
    void stop();
}
