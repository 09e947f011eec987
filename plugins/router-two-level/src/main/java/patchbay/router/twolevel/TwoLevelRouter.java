package patchbay.router.twolevel;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Assignment;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Initializer;
import patchbay.tensor.Networks;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * A coarse gate proposes, a fine one decides. Coarse: c = x·W, whose best {@code candidates} are proposed. Fine: f = a·F, where a is a small
 * multi-head attention of the token over its sequence (Vaswani et al. 2017, section 3.2.2), over what came before it where the model is causal.
 * Of the candidates the k with the highest c + f are taken, weighed by the softmax of c + f over them. F starts at 0, so that the router
 * starts as its coarse gate; with one candidate it stays that, with one expert a token.
 *
 * <p>The scheme is ours. f is added to c, not put in its place, so that the coarse gate learns by the loss and not by its balancer alone;
 * balancers see the coarse gate, and have a say in both choices. The attention knows no positions but by what is causal.
 */
@Component
@Plugin("two-level")
public class TwoLevelRouter implements Router {

    /** The options. */
    public @interface Options {

        /** Experts that the coarse gate proposes to the fine one; with fewer than the model's k a token has that many. */
        int candidates() default 3;

        /** Width of the fine gate's attention. */
        int width() default 32;

        /** Heads of the fine gate's attention. */
        int heads() default 2;
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
        var options = scope.options(Options.class);
        if (options.candidates() < 1 || options.heads() < 1 || options.width() < 1 || options.width() % options.heads() != 0) {
            throw new UserError("candidates must be at least 1, and width a multiple of heads, not " + options.candidates() + ", "
                    + options.width() + " and " + options.heads());
        }
        int proposed = Math.min(options.candidates(), scope.experts());
        int taken = Math.min(proposed, scope.k());
        var fine = fine(scope, options, tokens); // [N, E]
        var candidates = preferences.stopGradient().topK(proposed).indices(); // [N, C]
        var open = candidates.oneHot(scope.experts()).sum(1); // [N, E]: 1 for a candidate
        var preferred = open.where(preferences.add(fine).stopGradient(), scope.graph().constant(Float.NaN)); // which is never taken
        var chosen = scope.selected(preferred.topK(taken).indices());
        var weights = scores.add(fine).gatherLast(chosen).softmax();
        if (taken < scope.k()) { // the other places stay empty
            chosen = chosen.add(1).pad(1, 0, scope.k() - taken).subtract(1);
            weights = weights.pad(1, 0, scope.k() - taken);
        }
        return new Assignment.Choices(chosen, weights);
    }

    /** tokens [N, dim] → [N, E]. */
    private static Tensor fine(Scope scope, Options options, Tensor tokens) {
        var sequences = tokens.reshape(scope.batch(), scope.time(), scope.dim());
        var headed = Shape.of(scope.batch(), scope.time(), options.heads(), options.width() / options.heads());
        var queries = scope.linear("query", sequences, options.width()).reshape(headed);
        var keys = scope.cached("keys", scope.linear("key", sequences, options.width()).reshape(headed));
        var values = scope.cached("values", scope.linear("value", sequences, options.width()).reshape(headed));
        var context = Networks.attention(queries, keys, values, scope.start(), scope.causal(), (float) (1 / Math.sqrt(headed.dim(3))));
        var weight = scope.parameter("fine", Shape.of(options.width(), scope.experts()), Initializer.zeros());
        return context.reshape(tokens.dim(0), options.width()).matmul(weight);
    }
}
