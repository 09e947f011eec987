package patchbay.router.expertchoice;

import java.lang.annotation.Annotation;
import java.util.Arrays;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Assignment;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Experts choose tokens: S = softmax(x·W) over the experts; expert e takes the C tokens with the highest S(·, e), which weigh that; C = n · k ·
 * factor / E (Zhou et al. 2022, Mixture-of-Experts with Expert Choice Routing, section 3.2). So every expert has the same load, while a token may
 * have many experts or none. What a token gets depends on the tokens behind it: it is for encoders, and for seeing what it leaks.
 *
 * <p>Departures: an expert takes C tokens of each sequence, n its length, so that a text means the same whatever is beside it in the batch; {@code
 * among: batch} is the paper's. Padding is never taken and counts for no C. Since loads are what they are, balancers' preferences have no say.
 */
@Component
@Plugin("expert-choice")
public class ExpertChoiceRouter implements Router {

    /** What an expert chooses among. */
    public enum Among { SEQUENCE, BATCH }

    /** The options. */
    public @interface Options {

        /** Experts a token has on average, in parts of the model's k. */
        float factor() default 1;

        Among among() default Among.SEQUENCE;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public boolean canBeCausal() {
        return false;
    }

    @Override
    public Tensor score(Scope scope, Tensor tokens) {
        return scope.linear("weight", tokens, scope.experts());
    }

    @Override
    public Assignment assign(Scope scope, Tensor tokens, Tensor scores, Tensor affinities, Tensor preferences) {
        var options = scope.options(Options.class);
        if (!(options.factor() > 0)) {
            throw new UserError("factor must be above 0, not " + options.factor());
        }
        int experts = scope.experts();
        int n = tokens.dim(0);
        int among = options.among() == Among.SEQUENCE ? scope.time() : n; // tokens
        int pools = n / among;
        float share = Math.min(1, scope.k() * options.factor() / experts); // of a pool, for each expert
        int capacity = Math.clamp((int) Math.ceil((double) among * share), 1, among);

        var valid = scope.valid().unsqueeze(1); // [N, 1]
        var wanted = valid.where(affinities, scope.graph().constant(-1f)) // padding behind everything else
                .reshape(pools, among, experts).permute(2, 0, 1); // [E, P, n]
        var best = wanted.topK(capacity); // [E, P, C]
        var open = scope.valid().reshape(pools, among).sum(1).multiply(share).reshape(1, pools, 1); // places in a pool without its padding
        var kept = numbers(scope, capacity, 1).toFloat().less(open).broadcastTo(best.values().shape());
        var token = best.indices().add(numbers(scope, pools, among).unsqueeze(1));
        var none = scope.graph().constant(Shape.scalar(), -1);
        var taken = scope.selected(kept.where(token, none).reshape(experts, pools * capacity));
        return new Assignment.Takes(taken, affinities.permute(1, 0).gatherLast(taken));
    }

    /** 0, step, 2 · step …: i32[count]. */
    private static Tensor numbers(Scope scope, int count, int step) {
        var numbers = new int[count];
        Arrays.setAll(numbers, i -> i * step);
        return scope.graph().constant(Shape.of(count), numbers);
    }
}
