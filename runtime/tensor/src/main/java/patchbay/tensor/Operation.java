package patchbay.tensor;

import java.util.List;

/**
 * A step of a graph. It says three things: the types that it yields, the kernels that compute it, and its gradient as
 * more graph. An operation is immutable; a plugin may bring its own.
 */
public interface Operation {

    /** The field's name for it: {@code matmul}. */
    String name();

    /**
     * Types of the outputs for inputs of these types.
     *
     * @throws ShapeError if they do not fit; the graph adds the operation's name, the operands and the place
     */
    List<TensorType> infer(List<TensorType> inputs);

    /** The kernel launches that compute the outputs of {@code node} from its inputs, in order. */
    List<Launch> launches(Node node);

    /**
     * The same, bit for bit with the plain kernels, for an engine of few threads: launches of fewer and larger rows where that
     * saves work.
     */
    default List<Launch> coarseLaunches(Node node) {
        return launches(node);
    }

    /** Arrays that the launches of {@code node} need among themselves; their content is undefined at the start. */
    default List<TensorType> scratch(Node node) {
        return List.of();
    }

    /**
     * Adds to the gradients of the node's inputs, as graph: {@code gradient.to(0, () -> gradient.of(0).multiply(…))}.
     * An operation through which no gradient flows says {@link Gradient#stop()}.
     */
    void gradient(Node node, Gradient gradient);

    /**
     * Whether the kernels may be given the same array for {@code output} and {@code input}: a launch's row of the output
     * depends on the same row of that input only, and each element is written after it was last read.
     */
    default boolean inPlace(int output, int input) {
        return false;
    }

    /** Whether output 0 is input 0 under another shape: no kernel runs, the array is shared. */
    default boolean isView() {
        return false;
    }
}
