package patchbay.router.topk;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Mode;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Tensor;

/**
 * The k experts with the highest linear score.
 *
 * <p>With {@code noisy}, H(x) = x·W + ε · softplus(x·V), ε standard normal, in training only (Shazeer et al. 2017, equation 4).
 * Departure: W and V start small and random instead of at zero, since without noise equal scores would send every token
 * to the same experts.
 *
 * <p>Weights: softmax over the k chosen scores ({@code softmax: after}, as in Mixtral), or the chosen entries of a softmax over
 * all ({@code before}, as in Switch, Fedus et al. 2021), or of sigmoids made to sum to 1 ({@code gate: sigmoid}, as in
 * DeepSeek-V3, equations 13 and 14).
 */
@Component
@Plugin("top-k")
public class TopKRouter implements Router {

    /** Where the softmax stands. */
    public enum Softmax { BEFORE, AFTER }

    /** What makes affinities of scores. */
    public enum Gate { SOFTMAX, SIGMOID }

    /** The options. */
    public @interface Options {

        /** For a softmax gate: over all experts before the selection, or over the chosen ones after it. */
        Softmax softmax() default Softmax.AFTER;

        Gate gate() default Gate.SOFTMAX;

        /** Learnt noise on the scores while training. */
        boolean noisy() default false;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor score(Scope scope, Tensor tokens) {
        var scores = scope.linear("weight", tokens, scope.experts()); // [N, E]
        if (!scope.options(Options.class).noisy() || scope.mode() != Mode.TRAINING) {
            return scores;
        }
        var deviation = scope.linear("noise", tokens, scope.experts()).softplus();
        return scores.add(scope.noise(scores.shape()).multiply(deviation));
    }

    @Override
    public Tensor affinities(Scope scope, Tensor scores) {
        return switch (scope.options(Options.class).gate()) {
            case SOFTMAX -> scores.softmax();
            case SIGMOID -> scores.sigmoid();
        };
    }

    @Override
    public Tensor weigh(Scope scope, Tensor scores, Tensor affinities, Tensor chosen) {
        var options = scope.options(Options.class);
        boolean raw = options.gate() == Gate.SOFTMAX && options.softmax() == Softmax.BEFORE;
        return raw ? affinities.gatherLast(chosen) : Router.super.weigh(scope, scores, affinities, chosen);
    }
}
