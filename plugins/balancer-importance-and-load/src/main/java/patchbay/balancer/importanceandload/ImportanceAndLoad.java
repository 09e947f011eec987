package patchbay.balancer.importanceandload;

import java.lang.annotation.Annotation;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Assignment;
import patchbay.spi.Balancer;
import patchbay.spi.Plugin;
import patchbay.spi.Routing;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * w · CV(Importance)² + v · CV(Load)², CV the coefficient of variation over the experts (Shazeer et al. 2017, equations 6 to 11). Importance
 * of an expert is the sum of the weights that it is given, after any capacity. Load is how many tokens choose it, made smooth: the
 * probability that a token's score for the expert, with normal noise of deviation σ drawn anew, is above the k-th greatest of its others:
 * Φ((xᵢ − kth excluding i) / σ).
 *
 * <p>Departures: σ is fixed, E⁻¹ times {@code noise} (as in V-MoE, Riquelme et al. 2021), instead of the learnt deviation of a noisy
 * router, so that every router can be balanced by it; Φ is that of GELU's tanh approximation, within 0.0003. The load is that of the scores:
 * it does not see what another balancer prefers.
 *
 * <p>Both terms are of a micro-batch: it matters how a step is cut into micro-batches. The metrics {@code importance} and {@code load} are
 * the squared coefficients without w and v.
 */
@Component
@Plugin("importance-and-load")
public class ImportanceAndLoad implements Balancer {

    /** The options. */
    public @interface Options {

        /** w. */
        float importance() default 0.1f;

        /** v. */
        float load() default 0.1f;

        /** σ · E. */
        float noise() default 1;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Optional<Tensor> loss(Scope scope, Routing routing) {
        var options = scope.options(Options.class);
        if (!(options.noise() > 0)) {
            throw new UserError("option 'noise' is " + options.noise() + "; it must be more than 0");
        }
        var importance = squaredVariation(importance(scope, routing));
        var load = squaredVariation(load(scope, routing, options.noise() / scope.experts()));
        scope.metric("importance", importance);
        scope.metric("load", load);
        return Optional.of(importance.multiply(options.importance()).add(load.multiply(options.load())));
    }

    /** The weights that each expert is given: [E]. */
    private static Tensor importance(Scope scope, Routing routing) {
        int experts = scope.experts();
        return switch (routing.assignment()) {
            case Assignment.Choices choices -> choices.weights().scatterLast(choices.experts(), experts)
                    .multiply(routing.valid().unsqueeze(1)).sum(0);
            case Assignment.Takes takes -> takes.weights().multiply(routing.valid().gather(takes.tokens())).sum(1).slice(0, 0, experts);
            case Assignment.Slots slots -> slots.combine().reshape(routing.valid().dim(0), experts, -1) // [N, E, S]
                    .multiply(routing.valid().reshape(-1, 1, 1)).sum(0, 2);
        };
    }

    /** How many tokens choose each expert, in expectation: [E]. */
    private static Tensor load(Scope scope, Routing routing, float deviation) {
        var scores = routing.scores(); // [N, E]
        int k = scope.k();
        if (k >= scope.experts()) {
            return routing.valid().sum().broadcastTo(Shape.of(scope.experts())); // nothing is left out
        }
        var greatest = scores.topK(k + 1).values(); // [N, k + 1]
        var kth = greatest.slice(1, k - 1, k); // [N, 1]
        var next = greatest.slice(1, k, k + 1);
        var others = scores.greaterOrEqual(kth).where(next, kth); // [N, E]: the k-th greatest of the others
        var above = normalDistribution(scores.subtract(others).multiply(1 / deviation));
        return above.multiply(routing.valid().unsqueeze(1)).sum(0);
    }

    /** Φ. */
    private static Tensor normalDistribution(Tensor x) {
        var cubed = x.square().multiply(x).multiply(0.044715f);
        return x.add(cubed).multiply((float) Math.sqrt(2 / Math.PI)).tanh().add(1).multiply(0.5f);
    }

    /** Variance over squared mean of [E]; 0 where all are 0. */
    private static Tensor squaredVariation(Tensor values) {
        var mean = values.mean();
        return values.variance(0).divide(mean.square().maximum(mean.graph().constant(Float.MIN_NORMAL)));
    }
}
