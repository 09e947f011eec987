package patchbay.spi;

import java.util.function.Supplier;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Tensor;

/**
 * Chooses the experts of each token: score → select → weigh. Only {@link #score} must be written. A router in which
 * experts choose, or everything is mixed, overrides {@link #assign}.
 *
 * <p>N tokens in B sequences of T, one after the other; E experts; k chosen a token.
 */
@ConsumerType
public interface Router extends Part {

    /** What a router is told of its layer. */
    @ProviderType
    interface Scope extends Sequential, InMixture {

        /** B. */
        int batch();

        /** T. */
        int time();

        /** The tokens themselves, [N], i32; below 0 for padding and for what is no text. */
        Tensor ids();

        /** The domain of each token's document, [N], i32; −1 where it is not known. */
        Tensor domains();

        /** [N], f32: 1 for a token, 0 for padding. */
        Tensor valid();

        /**
         * What counts as selected: {@code own}, or where another run's selections are imposed, theirs. An {@link Router#assign} of one's own
         * passes here what it has selected, in training, and computes the weights of what comes back. Only what passes here can be recorded; a
         * router that selects nothing passes nothing, and is refused where a record is to be kept or imposed.
         *
         * @param own experts of each token [N, k], or tokens of each expert [E, C]: i32, −1 for none
         */
        Tensor selected(Tensor own);

        /** What several of a router's methods need: built where {@code name} is asked for first, the same again after. */
        <T> T once(String name, Supplier<T> build);
    }

    /** tokens [N, dim] → scores (logits) [N, E]. */
    Tensor score(Scope scope, Tensor tokens);

    /** How much each token is drawn to each expert, from 0 to 1: scores [N, E] → [N, E]. What balancers look at. */
    default Tensor affinities(Scope scope, Tensor scores) {
        return scores.softmax();
    }

    /**
     * preferences [N, E] → chosen experts [N, k], i32, −1 for a choice that is dropped. Preferences are the scores,
     * or what the balancer made of them ({@link Balancer#prefer}). No gradient passes here.
     */
    default Tensor select(Scope scope, Tensor preferences) {
        return preferences.topK(scope.k()).indices();
    }

    /**
     * Who goes where: here each token to the experts that {@link #select} names, with the weights of {@link #weigh}.
     *
     * @param tokens [N, dim]
     * @param preferences [N, E]
     */
    default Assignment assign(Scope scope, Tensor tokens, Tensor scores, Tensor affinities, Tensor preferences) {
        var chosen = scope.selected(select(scope, preferences.stopGradient()));
        return new Assignment.Choices(chosen, weigh(scope, scores, affinities, chosen));
    }

    /**
     * State updates once a step, after the optimizer's: schedules. The scope knows of no tokens here.
     *
     * @param counts tokens that chose each expert [E] in the whole step, summed over its micro-batches, padding left out
     */
    default void update(Scope scope, Tensor counts) {}

    /**
     * The weights that the chosen experts' outputs are summed with: [N, k]. Here the chosen affinities, made to sum to 1.
     */
    default Tensor weigh(Scope scope, Tensor scores, Tensor affinities, Tensor chosen) {
        var picked = affinities.gatherLast(chosen); // [N, k]
        return picked.divide(picked.sum(1).maximum(scope.graph().constant(Float.MIN_NORMAL)).unsqueeze(1)); // where all are 0, 0
    }
}
