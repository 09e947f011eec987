package patchbay.balancer.auxiliaryloss;

import java.lang.annotation.Annotation;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Balancer;
import patchbay.spi.Plugin;
import patchbay.spi.Routing;
import patchbay.tensor.Tensor;

/**
 * α · E · Σᵢ fᵢ Pᵢ, where fᵢ is the share of the choices that fell on expert i and Pᵢ the mean affinity to it (Switch
 * Transformer, Fedus et al. 2021, equations 4 to 6; for k > 1 f counts all k choices, so that perfect balance is 1 for
 * any k). The metric {@code loss} is the sum without α.
 */
@Component
@Plugin("auxiliary-loss")
public class AuxiliaryLoss implements Balancer {

    /** The options. */
    public @interface Options {

        /** α. */
        float coefficient() default 0.01f;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Optional<Tensor> loss(Scope scope, Routing routing) {
        var counts = routing.counts().stopGradient(); // [E]
        var share = counts.divide(counts.sum().maximum(scope.graph().constant(1)));
        var affinities = routing.affinities(); // [N, E]
        var probabilities = affinities.divide(affinities.sum(1).add(1e-9f).unsqueeze(1)); // sigmoids do not sum to 1
        var valid = routing.valid(); // [N]
        var mean = probabilities.multiply(valid.unsqueeze(1)).sum(0)
                .divide(valid.sum().maximum(scope.graph().constant(1))); // [E]
        var loss = share.multiply(mean).sum().multiply((float) scope.experts());
        scope.metric("loss", loss);
        return Optional.of(loss.multiply(scope.options(Options.class).coefficient()));
    }
}
