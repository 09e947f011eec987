package patchbay.spi;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Tensor;

/** Keeps the experts of a layer evenly used: by a loss term, by what the selection prefers, or by an update after each step. */
@ConsumerType
public interface Balancer extends Part {

    /** What a balancer is told of its layer. */
    @ProviderType
    interface Scope extends InMixture {

        /** B: the N tokens are B sequences, one after the other. */
        int batch();
    }

    /**
     * What the router selects by: [N, E]. Weights never see this.
     *
     * @param preferences the router's scores, or what the balancers before this one made of them: [N, E]
     */
    default Tensor prefer(Scope scope, Tensor preferences, Tensor scores, Tensor affinities) {
        return preferences;
    }

    /** A term of the loss (one number, its coefficient included), from the routing of one batch; padding left out. */
    default Optional<Tensor> loss(Scope scope, Routing routing) {
        return Optional.empty();
    }

    /**
     * State updates once a step, after the optimizer's.
     *
     * @param counts tokens that chose each expert [E] in the whole step, summed over its micro-batches, padding left out
     */
    default void update(Scope scope, Tensor counts) {}
}
