package patchbay.router.dynamic;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Assignment;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * As many experts as a token needs: P = softmax(x·W), and the fewest experts, best first, whose P reaches p together; each weighs its P (Huang
 * et al. 2024, Harder Tasks Need More Experts, section 3.2). The metric {@code experts} is how many a token has on average.
 *
 * <p>Departures: never more than the model's k, for which room is kept; and their second loss, the entropy of P, is a balancer's here.
 */
@Component
@Plugin("dynamic")
public class DynamicRouter implements Router {

    /** The options. */
    public @interface Options {

        /** The probability that the chosen experts must reach together, if k of them do. */
        float p() default 0.4f;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor score(Scope scope, Tensor tokens) {
        return scope.linear("weight", tokens, scope.experts());
    }

    @Override
    public Assignment assign(Scope scope, Tensor tokens, Tensor scores, Tensor affinities, Tensor preferences) {
        float p = scope.options(Options.class).p();
        if (!(p > 0 && p <= 1)) {
            throw new UserError("p must be above 0 and at most 1, not " + p);
        }
        var best = select(scope, preferences.stopGradient()); // [N, k], best first
        var needed = affinities.gatherLast(best).stopGradient().cumulativeSum(1, true).less(p); // 1 as long as those before do not reach p
        var valid = scope.valid();
        scope.metric("experts", needed.multiply(valid.unsqueeze(1)).sum().divide(valid.sum().maximum(scope.graph().constant(1))));
        var none = scope.graph().constant(Shape.scalar(), -1);
        var chosen = scope.selected(needed.where(best, none));
        return new Assignment.Choices(chosen, weigh(scope, scores, affinities, chosen));
    }

    /** P; 0 for none. */
    @Override
    public Tensor weigh(Scope scope, Tensor scores, Tensor affinities, Tensor chosen) {
        return affinities.gatherLast(chosen);
    }
}
