package patchbay.balancer.routerzloss;

import java.lang.annotation.Annotation;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Balancer;
import patchbay.spi.Plugin;
import patchbay.spi.Routing;
import patchbay.tensor.Tensor;

/**
 * α · mean over the tokens of (log Σᵢ exp xᵢ)², x the scores: large logits, which round badly, are penalised (ST-MoE, Zoph et al. 2022,
 * equation 5; α of the paper). It evens nothing out by itself, and is meant to stand beside another balancer. The metric {@code loss} is the
 * mean without α.
 */
@Component
@Plugin("router-z-loss")
public class RouterZLoss implements Balancer {

    /** The options. */
    public @interface Options {

        /** α. */
        float coefficient() default 0.001f;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Optional<Tensor> loss(Scope scope, Routing routing) {
        var scores = routing.scores(); // [N, E]
        var greatest = scores.max(1).stopGradient(); // [N]: what is exponentiated stays below 0
        var z = scores.subtract(greatest.unsqueeze(1)).exp().sum(1).log().add(greatest); // [N]
        var valid = routing.valid();
        var loss = z.square().multiply(valid).sum().divide(valid.sum().maximum(scope.graph().constant(1)));
        scope.metric("loss", loss);
        return Optional.of(loss.multiply(scope.options(Options.class).coefficient()));
    }
}
