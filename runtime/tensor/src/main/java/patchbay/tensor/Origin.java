package patchbay.tensor;

/** Where a tensor's elements come from. */
public sealed interface Origin {

    /** Written by the caller before each run. */
    record Input(String name) implements Origin {}

    /**
     * Kept between runs under a path that a person can read, shared by all programs over the same {@link Variables}.
     *
     * @param trainable a parameter that an optimizer moves; otherwise state that only {@link Graph#update} changes
     */
    record Variable(String name, Initializer initializer, boolean trainable) implements Origin {}

    /** Fixed when the graph is built; {@code array} is of the type's Java array. */
    record Constant(Object array) implements Origin {}

    /** An output of an operation. */
    record Result(Node node, int index) implements Origin {}
}
