package patchbay.capacity.drop;

import java.lang.annotation.Annotation;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Assignment;
import patchbay.spi.Capacity;
import patchbay.spi.Mode;
import patchbay.spi.Plugin;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * An expert takes C = factor · choices / E tokens, rounded up, and never less than {@code minimum}; what is asked beyond is dropped: of that
 * choice the token keeps the residual stream alone (Switch Transformer, Fedus et al. 2021, equation 3; GShard, Lepikhin et al. 2020,
 * section 2.2). Who is admitted: {@code by: position}, first choices before second ones and tokens in their order (GShard, algorithm 1); {@code
 * by: probability}, the choices with the highest affinity.
 *
 * <p>Departures: choices are counted without padding; priority is each choice's own, where Riquelme et al. 2021 (V-MoE, section 4.1) sort whole
 * tokens by their best.
 */
@Component
@Plugin("drop")
public class Drop implements Capacity {

    /** Who is admitted. */
    public enum By { POSITION, PROBABILITY }

    /** The options. */
    public @interface Options {

        /** What an expert takes, in parts of an even share of the choices. */
        float factor() default 1.25f;

        /** What an expert takes in any case. */
        int minimum() default 4;

        By by() default By.POSITION;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Assignment.Choices admit(Scope scope, Assignment.Choices asked, Tensor affinities) {
        var options = scope.options(Options.class);
        if (!(options.factor() > 0) || options.minimum() < 0) {
            throw new UserError("factor must be above 0 and minimum at least 0, not " + options.factor() + " and " + options.minimum());
        }
        if (scope.mode() != Mode.TRAINING) {
            return asked;
        }
        int experts = affinities.dim(1);
        var graph = scope.graph();
        var capacity = asked.experts().greaterOrEqual(0).sum().multiply(options.factor() / experts)
                .maximum(graph.constant((float) options.minimum())); // the place below it is the last, as if it were rounded up
        var places = switch (options.by()) {
            case POSITION -> asked.places(experts);
            case PROBABILITY -> asked.places(experts, affinities.gatherLast(asked.experts()));
        };
        var kept = places.toFloat().less(capacity); // [N, k]
        return new Assignment.Choices(kept.where(asked.experts(), graph.constant(Shape.scalar(), -1)), asked.weights());
    }
}
