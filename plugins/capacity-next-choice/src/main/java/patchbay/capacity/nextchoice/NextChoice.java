package patchbay.capacity.nextchoice;

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
 * An expert takes C = factor · choices / E tokens, rounded up, and never less than {@code minimum}: first choices before second ones, tokens in
 * their order. A choice that finds its expert full goes to the expert with the highest affinity that the token has not asked yet, behind those
 * who asked for that themselves, and so on for as many {@code tries}; after that it is dropped (No-Token-Left-Behind, Switch Transformer,
 * Fedus et al. 2021, appendix B, who found no benefit in it).
 *
 * <p>A choice that moved weighs less by the ratio of the new expert's affinity to the old one's, so that the router learns from the expert that the
 * token was with.
 */
@Component
@Plugin("next-choice")
public class NextChoice implements Capacity {

    /** The options. */
    public @interface Options {

        /** What an expert takes, in parts of an even share of the choices. */
        float factor() default 1.25f;

        /** What an expert takes in any case. */
        int minimum() default 4;

        /** How many other experts a choice may ask. */
        int tries() default 1;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Assignment.Choices admit(Scope scope, Assignment.Choices asked, Tensor affinities) {
        var options = scope.options(Options.class);
        if (!(options.factor() > 0) || options.minimum() < 0 || options.tries() < 1) {
            throw new UserError("factor must be above 0, minimum at least 0 and tries at least 1, not " + options.factor() + ", "
                    + options.minimum() + " and " + options.tries());
        }
        if (scope.mode() != Mode.TRAINING) {
            return asked;
        }
        int experts = affinities.dim(1);
        var graph = scope.graph();
        var none = graph.constant(Shape.scalar(), -1);
        var wanted = asked.experts().greaterOrEqual(0); // [N, k]
        var capacity = wanted.sum().multiply(options.factor() / experts)
                .maximum(graph.constant((float) options.minimum())); // the place below it is the last, as if it were rounded up
        var kept = asked.places(experts).toFloat().less(capacity);
        var sent = kept.where(asked.experts(), none);
        var waiting = wanted.subtract(kept.multiply(wanted));

        // a token's other experts, best first, each counted from 1, so that what lies outside reads as none
        int others = Math.min(experts, options.tries() * asked.experts().dim(1));
        var known = asked.experts().oneHot(experts).sum(1); // [N, E]
        var next = known.where(graph.constant(Float.NaN), affinities.stopGradient()).topK(others).indices().add(1).toFloat();
        var load = sent.groupBy(experts).counts(); // [E]
        var tried = graph.filled(Shape.of(asked.experts().dim(0), 1), 0); // how many of them each token has asked
        for (int attempt = 0; attempt < options.tries(); attempt++) {
            var turn = tried.add(waiting.cumulativeSum(1, true)).toInt(); // each waiting choice asks another
            var wish = waiting.where(next.gatherLast(turn).toInt().subtract(1), none);
            var place = new Assignment.Choices(wish, asked.weights()).places(experts).toFloat().add(load.gather(wish));
            var placed = place.less(capacity).multiply(wish.greaterOrEqual(0));
            sent = placed.where(wish, sent);
            load = sent.groupBy(experts).counts();
            tried = tried.add(waiting.sum(1).unsqueeze(1));
            waiting = waiting.subtract(placed);
        }
        var moved = sent.notEqual(asked.experts()).multiply(sent.greaterOrEqual(0));
        var ratio = affinities.gatherLast(sent).divide(affinities.gatherLast(asked.experts()).add(1e-9f)).minimum(graph.constant(1));
        return new Assignment.Choices(sent, moved.where(asked.weights().multiply(ratio), asked.weights()));
    }
}
