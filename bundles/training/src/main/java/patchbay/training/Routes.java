package patchbay.training;

import java.util.Map;
import java.util.Optional;

/** What becomes of routers' selections in training: they are kept, imposed, both or neither. */
public interface Routes {

    /** Routers select for themselves, and nobody keeps it. */
    Routes OWN = new Routes() {};

    /**
     * How large a router's selection of a micro-batch is.
     *
     * @param rows tokens N where tokens choose, experts E where experts do
     * @param width how many each chooses at most: k, or C
     * @param experts E
     */
    record Size(int rows, int width, int experts) {}

    /**
     * What is imposed on a micro-batch of the step after {@code step} steps, by the router's path, row by row, −1 for none; empty if
     * routers are to select for themselves. Asked only of a model that is built to follow.
     *
     * @param sizes of what is asked for
     */
    default Optional<Map<String, int[]>> imposed(long step, int micro, Map<String, Size> sizes) {
        return Optional.empty();
    }

    /** Whether {@link #selected} wants to be told. */
    default boolean areKept() {
        return false;
    }

    /** What was selected in a micro-batch of the step after {@code step} steps, by the router's path. */
    default void selected(long step, int micro, Map<String, Size> sizes, Map<String, int[]> choices) {}
}
