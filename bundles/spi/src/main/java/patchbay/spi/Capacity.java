package patchbay.spi;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import patchbay.tensor.Tensor;

/**
 * How many tokens an expert takes, and what becomes of those beyond. It is asked where tokens choose their experts
 * ({@link Assignment.Choices}); routers whose experts choose fix what an expert takes themselves.
 */
@ConsumerType
public interface Capacity extends Part {

    /** What it is told of its layer. */
    @ProviderType
    interface Scope extends InMixture {}

    /** How many experts, the last of the layer, the router does not see: they take what others cannot. */
    default int spare(Scope scope) {
        return 0;
    }

    /**
     * What is admitted of what was asked for: a choice stays and keeps its weight, goes to another expert, or is dropped
     * (−1). Outside of training everything is: what a text means must not depend on what is computed beside it.
     *
     * @param asked experts and weights [N, k]; padding has asked for nothing (−1)
     * @param affinities to the experts that the router sees: [N, E − spare]
     */
    Assignment.Choices admit(Scope scope, Assignment.Choices asked, Tensor affinities);
}
