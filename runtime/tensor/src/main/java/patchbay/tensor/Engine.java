package patchbay.tensor;

import java.time.Duration;
import java.util.List;

/** Compiles graphs and runs them. One is chosen when the platform starts. */
public interface Engine {

    /** {@code cpu}, {@code tornado}. */
    String name();

    /** One line on what it runs on and why: threads, vector width, device. */
    String description();

    /** Whether it computes on a device that is faster at it than the processor, such as a GPU; may take a second to find out. */
    default boolean isAccelerated() {
        return false;
    }

    /** The devices that it could compute on, a line each, the one that it does compute on marked with {@code *}; none if there is only the processor. */
    default List<String> devices() {
        return List.of();
    }

    /** Whether the same program gives the same bits for the same values every time. */
    default boolean isRepeatable() {
        return true;
    }

    /** How long compiling a model may take here, beyond what building and trying one takes anyway, before it counts as hanging. */
    default Duration compileTime() {
        return Duration.ZERO;
    }

    /**
     * An empty set of variables that lives where this engine computes.
     *
     * @throws UserError if it cannot compute here, with what is missing
     */
    Variables variables();

    /**
     * Makes {@code graph} runnable. Variables of the graph that {@code variables} does not hold yet are added and given
     * their first values, drawn from the graph's seed and the variable's name; the others keep theirs.
     *
     * @throws ShapeError if a variable is there with another type
     */
    Program compile(Graph graph, Variables variables);
}
