package patchbay.balancer.entropy;

import java.lang.annotation.Annotation;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Balancer;
import patchbay.spi.Plugin;
import patchbay.spi.Routing;
import patchbay.tensor.Tensor;

/**
 * sharp · mean over the tokens of H(p) + flat · (1 − H(p̄)), p the affinities of a token made to sum to 1 and p̄ their mean over the batch:
 * each token is to be sure of its experts, all together are to want every expert alike (the local and the global entropy loss of LIMoE,
 * Mustafa et al. 2022, without its threshold). Departures: entropies are divided by log E, so that H is from 0 to 1, and 1 is
 * added, so that 0 is the best of both. The metrics {@code token-entropy} and {@code batch-entropy} are the two H.
 *
 * <p>p̄ is of a micro-batch: it matters how a step is cut into micro-batches.
 */
@Component
@Plugin("entropy")
public class Entropy implements Balancer {

    /** The options. */
    public @interface Options {

        /** Weighs the entropy of a token. */
        float sharp() default 0.01f;

        /** Weighs what the entropy of the batch lacks. */
        float flat() default 0.01f;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Optional<Tensor> loss(Scope scope, Routing routing) {
        var options = scope.options(Options.class);
        var affinities = routing.affinities(); // [N, E]
        var probabilities = affinities.divide(least(affinities.sum(1), Float.MIN_NORMAL).unsqueeze(1));
        var valid = routing.valid(); // [N]
        var tokens = least(valid.sum(), 1);
        var ofToken = entropy(probabilities).multiply(valid).sum().divide(tokens);
        var mean = probabilities.multiply(valid.unsqueeze(1)).sum(0).divide(tokens); // [E]
        var ofBatch = entropy(mean);
        scope.metric("token-entropy", ofToken);
        scope.metric("batch-entropy", ofBatch);
        return Optional.of(ofToken.multiply(options.sharp()).subtract(ofBatch.multiply(options.flat())).add(options.flat()));
    }

    /** H of [..., E] as a part of log E; that of one expert is 0. */
    private static Tensor entropy(Tensor probabilities) {
        double most = Math.log(Math.max(2, probabilities.dim(-1)));
        return probabilities.multiply(least(probabilities, Float.MIN_NORMAL).log()).sum(-1).multiply((float) (-1 / most));
    }

    private static Tensor least(Tensor values, float least) {
        return values.maximum(values.graph().constant(least));
    }
}
