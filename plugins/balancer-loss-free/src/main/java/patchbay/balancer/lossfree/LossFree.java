package patchbay.balancer.lossfree;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Balancer;
import patchbay.spi.Plugin;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * Balance without a loss term: experts are selected by sigmoid(score) + bias, and after each step the bias of an expert
 * with fewer tokens than the mean rises by a fixed rate, that of one with more falls (Wang et al. 2024, algorithm 1;
 * DeepSeek-V3, equation 16). Weights come from the scores alone.
 */
@Component
@Plugin("loss-free")
public class LossFree implements Balancer {

    /** The options. */
    public @interface Options {

        /** What a bias moves by in a step (γ in DeepSeek-V3). */
        float rate() default 0.001f;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor prefer(Scope scope, Tensor preferences, Tensor scores, Tensor affinities) {
        return scores.sigmoid().add(bias(scope));
    }

    @Override
    public void update(Scope scope, Tensor counts) {
        var mean = counts.mean();
        var sign = counts.less(mean).subtract(counts.greater(mean)); // [E]: +1 too few, −1 too many
        var bias = bias(scope);
        scope.update(bias, bias.add(sign.multiply(scope.options(Options.class).rate())));
    }

    private static Tensor bias(Scope scope) {
        return scope.state("bias", Shape.of(scope.experts()), Initializer.zeros());
    }
}
