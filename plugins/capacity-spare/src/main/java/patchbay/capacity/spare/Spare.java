package patchbay.capacity.spare;

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
 * The last experts of the layer are spare: the router does not know them. Any other takes C = factor · choices / E tokens, rounded up, and
 * never less than {@code minimum}, first choices before second ones, tokens in their order. A choice that finds expert e full goes, with its
 * weight, to spare expert e modulo their number, so that each spare one stands in for the same few. A spare expert takes C too; what is beyond,
 * and a token's second choice for the same spare expert, is dropped. The scheme is ours.
 *
 * <p>Outside of training nothing is full, so a spare expert is not called; what it learnt shows in what the others did not have to learn.
 */
@Component
@Plugin("spare")
public class Spare implements Capacity {

    /** The options. */
    public @interface Options {

        /** Spare experts, of the layer's. */
        int experts() default 1;

        /** What an expert takes, in parts of an even share of the choices. */
        float factor() default 1.25f;

        /** What an expert takes in any case. */
        int minimum() default 4;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public int spare(Scope scope) {
        int spare = scope.options(Options.class).experts();
        if (spare < 1) {
            throw new UserError("experts, the spare ones, must be at least 1, not " + spare);
        }
        return spare;
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
        int seen = affinities.dim(1);
        int spare = spare(scope);
        var graph = scope.graph();
        var none = graph.constant(Shape.scalar(), -1);
        var wanted = asked.experts().greaterOrEqual(0); // [N, k]
        var capacity = wanted.sum().multiply(options.factor() / seen)
                .maximum(graph.constant((float) options.minimum())); // the place below it is the last, as if it were rounded up
        var kept = asked.places(seen).toFloat().less(capacity);
        var number = asked.experts().subtract(asked.experts().divide(spare).multiply(spare)); // e modulo spare
        var called = kept.where(none, wanted.where(number, none)).oneHot(spare); // [N, k, spare]
        var first = called.multiply(called.cumulativeSum(1, true).less(0.5f)).sum(2); // [N, k]: 1 for the first call of its kind
        var overflow = new Assignment.Choices(first.where(number, none), asked.weights());
        var helped = first.multiply(overflow.places(spare).toFloat().less(capacity));
        var sent = kept.where(asked.experts(), helped.where(number.add(seen), none));
        return new Assignment.Choices(sent, asked.weights());
    }
}
