package patchbay.router.twolevel;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Assignment;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Networks;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * A coarse gate proposes, a fine one decides. Coarse: c = x·W, whose best {@code candidates} are proposed. Fine: f = a·F, where a is a small
 * multi-head attention of the token over its sequence (Vaswani et al. 2017, section 3.2.2), over what came before it where the model is causal.
 * All heads read one narrow vector of a token, as its key and as its value (multi-head latent attention, DeepSeek-V2 2024, section 2.1.2, with
 * its matrices absorbed: the keys' in that of the queries, the values' in F). Of the candidates the k with the highest c + f are taken, weighed
 * by the softmax of c + f over them. F starts at 0, so that the router starts as its coarse gate; with one candidate it stays that, with one
 * expert a token.
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

        /** Width of what the fine gate's attention reads of a token. */
        int width() default 16;

        /** Heads of the fine gate's attention. */
        int heads() default 1;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor score(Scope scope, Tensor tokens) {
        return read(scope, tokens).coarse();
    }

    /**
     * What the gates read of the tokens.
     *
     * @param coarse [N, E]
     * @param queries [N, heads · width]
     * @param latents [N, width]
     */
    private record Read(Tensor coarse, Tensor queries, Tensor latents) {}

    /** One product for all three: each by itself is so narrow that it costs nearly as much. */
    private static Read read(Scope scope, Tensor tokens) {
        return scope.once("read", () -> {
            var options = scope.options(Options.class);
            if (options.candidates() < 1 || options.heads() < 1 || options.width() < 1) {
                throw new UserError("candidates, width and heads must be at least 1, not " + options.candidates() + ", " + options.width()
                        + " and " + options.heads());
            }
            int queries = options.heads() * options.width();
            var together = Layout.concat(1, matrix(scope, "weight", scope.experts()), matrix(scope, "query", queries),
                    matrix(scope, "latent", options.width())); // [dim, E + heads · width + width]
            var parts = tokens.matmul(together).split(1, scope.experts(), queries, options.width());
            return new Read(parts.get(0), parts.get(1), parts.get(2));
        });
    }

    private static Tensor matrix(Scope scope, String name, int columns) {
        return scope.parameter(name, Shape.of(scope.dim(), columns), Initializer.normal((float) (1 / Math.sqrt(scope.dim()))));
    }

    @Override
    public Assignment assign(Scope scope, Tensor tokens, Tensor scores, Tensor affinities, Tensor preferences) {
        var options = scope.options(Options.class);
        int proposed = Math.min(options.candidates(), scope.experts());
        int taken = Math.min(proposed, scope.k());
        var fine = fine(scope, options, tokens); // [N, E]
        var candidates = preferences.stopGradient().topK(proposed).indices(); // [N, C]
        var decided = preferences.add(fine).stopGradient().gatherLast(candidates).topK(taken).indices(); // [N, k] of the C
        var chosen = scope.selected(candidates.toFloat().gatherLast(decided).toInt());
        var weights = scores.add(fine).gatherLast(chosen).softmax();
        if (taken < scope.k()) { // the other places stay empty
            chosen = chosen.add(1).pad(1, 0, scope.k() - taken).subtract(1);
            weights = weights.pad(1, 0, scope.k() - taken);
        }
        return new Assignment.Choices(chosen, weights);
    }

    /** tokens [N, dim] → [N, E]. */
    private static Tensor fine(Scope scope, Options options, Tensor tokens) {
        int heads = options.heads();
        int width = options.width();
        var read = read(scope, tokens);
        var queries = read.queries().reshape(scope.batch(), scope.time(), heads, width);
        var latents = scope.cached("latents", read.latents().reshape(scope.batch(), scope.time(), 1, width));
        var context = Networks.attention(queries, latents, latents, scope.start(), scope.causal(), (float) (1 / Math.sqrt(width)));
        var weight = scope.parameter("fine", Shape.of(heads * width, scope.experts()), Initializer.zeros());
        return context.reshape(tokens.dim(0), heads * width).matmul(weight);
    }
}
