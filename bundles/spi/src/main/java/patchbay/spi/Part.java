package patchbay.spi;

import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import patchbay.tensor.Shape;

/**
 * What fits a socket of a model. A plugin implements one of the kinds ({@link Router}, {@link Balancer}, {@link Expert},
 * {@link Attention}, {@link Position}, {@link Encoder}, {@link Fusion}), keeps nothing in fields and builds the same
 * graph each time it is asked. Options or sizes that do not suit it are a {@link patchbay.tensor.UserError}, thrown while building.
 */
@ConsumerType
public interface Part {

    /**
     * The annotation type whose elements are this plugin's options, with their defaults. An element {@code keyHeads} is
     * written {@code key-heads} in an experiment file. Elements are numbers, booleans, strings or enums.
     */
    default Class<? extends Annotation> options() {
        return NoOptions.class;
    }

    /**
     * Whether what a token gets never depends on later tokens where the scope asks for that ({@link Sequential#causal()}). A
     * causal model refuses a part that says no, unless the experiment accepts its leak by name.
     */
    default boolean canBeCausal() {
        return true;
    }

    /**
     * How a variable's values (a parameter's, or one of its optimizer moments') pass to this plugin when the part before
     * it in the socket had a variable of the same name but another shape. Same name and same shape always carry over;
     * empty starts anew.
     */
    default Optional<float[]> carryOver(String variable, Shape before, float[] values, Shape now) {
        return Optional.empty();
    }

    /**
     * Sockets within this part for others of its kind, which it builds through its scope. The first stands for the part itself: when a part gives way to one
     * that wraps it, or the other way round, its values pass to what is in the first, or from there.
     */
    default List<Within> within() {
        return List.of();
    }

    /**
     * A socket within a part.
     *
     * @param name its path is that of the part's socket, a dot and this: {@code layers.3.attention.first}
     * @param standard the plugin that is in it where nothing was asked for
     */
    record Within(String name, String standard) {}

    /** For plugins without options. */
    @interface NoOptions {}
}
