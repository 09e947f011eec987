package patchbay.router.soft;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Assignment;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Nothing is chosen, everything is mixed: of logits L = X·Φ, [T, E · S], the softmax over the tokens says what each of the S slots of an expert
 * is a mixture of, the softmax over the slots what each token gets (Puigcerver et al. 2023, From Sparse to Soft Mixtures of Experts, equations 1
 * to 3). With {@code normalised}, X and the columns of Φ are made as long as 1, Φ's times a learnt scale (there, section 2.3). Every token sees
 * all others of its sequence: it is for encoders.
 *
 * <p>Departures: padding is in no mixture. Affinities, which only balancers read, are an expert's share of a token, over all its slots; scores
 * are their logarithms, in which a router z-loss finds nothing to hold.
 */
@Component
@Plugin("soft")
public class SoftRouter implements Router {

    /** The options. */
    public @interface Options {

        /** S; 0 gives the experts together a quarter as many slots as a whole context has tokens: context / 4E. The paper has up to as many. */
        int slots() default 0;

        /** Whether logits are cosines times a scale. */
        boolean normalised() default true;
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
        var shares = combine(scope, tokens).reshape(tokens.dim(0), scope.experts(), -1).sum(2); // [N, E]
        return shares.maximum(scope.graph().constant(Float.MIN_NORMAL)).log();
    }

    @Override
    public Assignment assign(Scope scope, Tensor tokens, Tensor scores, Tensor affinities, Tensor preferences) {
        var logits = logits(scope, tokens);
        int batch = scope.batch();
        int time = scope.time();
        var bySlot = logits.reshape(batch, time, logits.dim(1)).transpose(1, 2); // [B, E·S, T]
        var present = scope.valid().reshape(batch, 1, time);
        var dispatch = present.where(bySlot, scope.graph().constant(Float.NEGATIVE_INFINITY)).softmax();
        return new Assignment.Slots(dispatch, combine(scope, tokens).reshape(batch, time, logits.dim(1)));
    }

    /** Weights of the slots in each token: [N, E · S]. */
    private static Tensor combine(Scope scope, Tensor tokens) {
        return scope.once("combine", () -> logits(scope, tokens).softmax());
    }

    /** [N, E · S]. */
    private static Tensor logits(Scope scope, Tensor tokens) {
        return scope.once("logits", () -> products(scope, tokens));
    }

    private static Tensor products(Scope scope, Tensor tokens) {
        var options = scope.options(Options.class);
        if (options.slots() < 0) {
            throw new UserError("slots must be at least 0, not " + options.slots());
        }
        int slots = options.slots() > 0 ? options.slots() : Math.ceilDiv(scope.context(), 4 * scope.experts());
        var phi = Shape.of(scope.dim(), scope.experts() * slots);
        var slot = scope.parameter("slots", phi, Initializer.normal((float) (1 / Math.sqrt(scope.dim()))));
        if (!options.normalised()) {
            return tokens.matmul(slot);
        }
        var scale = scope.undecayed("scale", Shape.of(1), Initializer.ones());
        var lengths = slot.square().sum(0).add(1e-6f).rsqrt(); // [E·S], their reciprocals
        int dim = scope.dim();
        var unit = tokens.rmsNorm(scope.graph().filled(Shape.of(dim), 1), 1e-6f / dim); // √dim times as long as 1
        return unit.matmul(slot.multiply(lengths.multiply(scale).multiply((float) (1 / Math.sqrt(dim)))));
    }
}
