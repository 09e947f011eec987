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
 * <p>Departures: padding is in no mixture. Scores and affinities, which only balancers read, are those of an expert: the logarithm of
 * its slots' exponentials, and its share of a token.
 */
@Component
@Plugin("soft")
public class SoftRouter implements Router {

    /** The options. */
    public @interface Options {

        /** S; 0 gives the experts of a whole context as many rows as k choices a token would: k · context / E. */
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
        var logits = logits(scope, tokens);
        int slots = logits.dim(1) / scope.experts();
        if (slots == 1) {
            return logits;
        }
        var each = logits.reshape(tokens.dim(0), scope.experts(), slots);
        var greatest = each.max(2).stopGradient(); // [N, E]
        return each.subtract(greatest.unsqueeze(2)).exp().sum(2).log().add(greatest);
    }

    @Override
    public Assignment assign(Scope scope, Tensor tokens, Tensor scores, Tensor affinities, Tensor preferences) {
        var logits = logits(scope, tokens);
        int batch = scope.batch();
        int time = scope.time();
        var bySlot = logits.reshape(batch, time, logits.dim(1)).transpose(1, 2); // [B, E·S, T]
        var present = scope.valid().reshape(batch, 1, time);
        var dispatch = present.where(bySlot, scope.graph().constant(Float.NEGATIVE_INFINITY)).softmax();
        return new Assignment.Slots(dispatch.transpose(1, 2), logits.softmax().reshape(batch, time, logits.dim(1)));
    }

    /** [N, E · S]. */
    private static Tensor logits(Scope scope, Tensor tokens) {
        var options = scope.options(Options.class);
        if (options.slots() < 0) {
            throw new UserError("slots must be at least 0, not " + options.slots());
        }
        int slots = options.slots() > 0 ? options.slots() : Math.ceilDiv(scope.k() * scope.context(), scope.experts());
        var phi = Shape.of(scope.dim(), scope.experts() * slots);
        var slot = scope.parameter("slots", phi, Initializer.normal((float) (1 / Math.sqrt(scope.dim()))));
        if (!options.normalised()) {
            return tokens.matmul(slot);
        }
        var scale = scope.undecayed("scale", Shape.of(1), Initializer.ones());
        var lengths = slot.square().sum(0).add(1e-6f).rsqrt(); // [E·S], their reciprocals
        var unit = tokens.multiply(tokens.square().sum(1).add(1e-6f).rsqrt().unsqueeze(1));
        return unit.matmul(slot.multiply(lengths.multiply(scale)));
    }
}
