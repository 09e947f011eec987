package patchbay.spi;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Tensor;

/**
 * Chooses the experts of each token: score → select → weigh. Only {@link #score} must be written.
 *
 * <p>N tokens, E experts, k chosen a token.
 */
@ConsumerType
public interface Router extends Part {

    /** What a router is told of its layer. */
    @ProviderType
    interface Scope extends patchbay.spi.Scope {

        /** E. */
        int experts();

        /** k. */
        int k();
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
     * The weights that the chosen experts' outputs are summed with: [N, k]. Here the chosen affinities, made to sum to 1.
     */
    default Tensor weigh(Scope scope, Tensor scores, Tensor affinities, Tensor chosen) {
        var picked = affinities.gatherLast(chosen); // [N, k]
        return picked.divide(picked.sum(1).add(1e-9f).unsqueeze(1));
    }
}
