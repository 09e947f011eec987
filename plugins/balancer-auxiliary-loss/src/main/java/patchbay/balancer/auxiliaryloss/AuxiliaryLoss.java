package patchbay.balancer.auxiliaryloss;

import java.lang.annotation.Annotation;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Balancer;
import patchbay.spi.Plugin;
import patchbay.spi.Routing;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * α · E · Σᵢ fᵢ Pᵢ, where fᵢ is the share of the choices that fell on expert i and Pᵢ the mean affinity to it (Switch
 * Transformer, Fedus et al. 2021, equations 4 to 6; for k > 1 f counts all k choices, so that perfect balance is 1 for
 * any k). Affinities are made to sum to 1 for a token. The metric {@code loss} is the sum without α.
 *
 * <p>f and P are taken over
 * <ul>
 * <li>{@code over: batch}: the tokens of a micro-batch, so that it matters how a step is cut into micro-batches;
 * <li>{@code over: sequence}: each sequence, and the mean of their losses is taken (DeepSeek-V3, 2024, equations 17 to 20);
 * <li>{@code over: run}: f over all tokens of the last {@code window} steps, which lets experts specialise in what one batch is full of
 *     (the global batch of Qiu et al. 2025, with its buffer of counts). Departure: the buffer is of past steps, so that a
 *     step is the same however it is cut. While the buffer is empty f is the batch's.
 * </ul>
 */
@Component
@Plugin("auxiliary-loss")
public class AuxiliaryLoss implements Balancer {

    /** Which tokens are to be spread evenly. */
    public enum Over { BATCH, SEQUENCE, RUN }

    /** The options. */
    public @interface Options {

        /** α. */
        float coefficient() default 0.01f;

        Over over() default Over.BATCH;

        /** Steps that {@code over: run} remembers. */
        int window() default 8;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Optional<Tensor> loss(Scope scope, Routing routing) {
        var options = scope.options(Options.class);
        var affinities = routing.affinities(); // [N, E]
        var probabilities = affinities.divide(least(affinities.sum(1), Float.MIN_NORMAL).unsqueeze(1)); // sigmoids do not sum to 1
        var valid = probabilities.multiply(routing.valid().unsqueeze(1));
        var product = switch (options.over()) {
            case BATCH -> share(routing.counts()).multiply(valid.sum(0).divide(least(routing.valid().sum(), 1))); // [E]
            case SEQUENCE -> {
                int batch = scope.batch();
                var tokens = routing.valid().reshape(batch, -1).sum(1); // [B]
                var counts = routing.taken().reshape(batch, -1, scope.experts()).sum(1); // [B, E]
                var mean = valid.reshape(batch, -1, scope.experts()).sum(1).divide(least(tokens, 1).unsqueeze(1)); // [B, E]
                yield share(counts).multiply(mean).sum(0).divide(least(tokens.greater(0).sum(), 1)); // [E]
            }
            case RUN -> {
                var remembered = window(scope).sum(0); // [E]
                var counts = remembered.sum().greater(0).where(remembered, routing.counts());
                yield share(counts).multiply(valid.sum(0).divide(least(routing.valid().sum(), 1)));
            }
        };
        var loss = product.sum().multiply((float) scope.experts());
        scope.metric("loss", loss);
        return Optional.of(loss.multiply(options.coefficient()));
    }

    /** Each expert's part of the counts [..., E]. */
    private static Tensor share(Tensor counts) {
        var given = counts.stopGradient();
        return given.divide(least(given.sum(-1), 1).unsqueeze(-1));
    }

    private static Tensor least(Tensor sum, float least) {
        return sum.maximum(sum.graph().constant(least));
    }

    @Override
    public void update(Scope scope, Tensor counts) {
        if (scope.options(Options.class).over() == Over.RUN) {
            var window = window(scope);
            var newest = counts.unsqueeze(0); // [1, E]
            scope.update(window, window.dim(0) == 1 ? newest : Layout.concat(0, newest, window.slice(0, 0, window.dim(0) - 1)));
        }
    }

    /** Counts of the last steps, the newest first: [window, E]. */
    private static Tensor window(Scope scope) {
        int steps = scope.options(Options.class).window();
        if (steps < 1) {
            throw new UserError("option 'window' is " + steps + "; at least 1 step must be remembered");
        }
        return scope.state("window", Shape.of(steps, scope.experts()), Initializer.zeros());
    }
}
