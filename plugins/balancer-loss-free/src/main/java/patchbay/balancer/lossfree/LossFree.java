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
 * with fewer tokens than the mean rises, that of one with more falls (Wang et al. 2024, algorithm 1;
 * DeepSeek-V3, equation 16). Weights come from the scores alone. Behind another balancer the bias is added to what that one made of the
 * scores.
 *
 * <p>{@code rule: sign} moves every bias by the rate; {@code proportional} by the rate times what the expert lacks, as a part of
 * the mean (the paper's variant of algorithm 1 without sign; departure: it takes the difference in tokens, which depends on their number).
 */
@Component
@Plugin("loss-free")
public class LossFree implements Balancer {

    /** How far a bias moves. */
    public enum Rule { SIGN, PROPORTIONAL }

    /** The options. */
    public @interface Options {

        /**
         * What a bias moves by in a step (γ in DeepSeek-V3). Departure: 0.001 in both papers, whose runs are a hundred times longer; with
         * it a run of some hundred steps is over before the biases are where they are wanted.
         */
        float rate() default 0.01f;

        Rule rule() default Rule.SIGN;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor prefer(Scope scope, Tensor preferences, Tensor scores, Tensor affinities) {
        return (preferences == scores ? scores.sigmoid() : preferences).add(bias(scope));
    }

    @Override
    public void update(Scope scope, Tensor counts) {
        var options = scope.options(Options.class);
        var mean = counts.mean();
        var lack = switch (options.rule()) { // [E]
            case SIGN -> counts.less(mean).subtract(counts.greater(mean)); // +1 too few, −1 too many
            case PROPORTIONAL -> mean.subtract(counts).divide(mean.maximum(scope.graph().constant(Float.MIN_NORMAL)));
        };
        var bias = bias(scope);
        scope.update(bias, bias.add(lack.multiply(options.rate())));
    }

    private static Tensor bias(Scope scope) {
        return scope.state("bias", Shape.of(scope.experts()), Initializer.zeros());
    }
}
