package patchbay.router.topk;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.Arrays;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Mode;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * The k experts with the highest linear score.
 *
 * <p>With {@code noisy}, H(x) = x·W + ε · softplus(x·V), ε standard normal, in training only (Shazeer et al. 2017, equation 4).
 * Departure: W and V start small and random instead of at zero, since without noise equal scores would send every token
 * to the same experts. With {@code jitter} ε, the router reads x · u in training, every element of u uniform in
 * [1 − ε, 1 + ε] (Switch Transformer, Fedus et al. 2021, section 2.2).
 *
 * <p>Weights: softmax over the k chosen scores ({@code softmax: after}, as in Mixtral), or the chosen entries of a softmax over
 * all ({@code before}, as in Switch), or of sigmoids made to sum to 1 ({@code gate: sigmoid}, as in DeepSeek-V3, equations
 * 13 and 14); all of them times {@code scaling} (DeepSeek-V3's routed scaling factor, 2.5 there).
 *
 * <p>With {@code groups}, the experts are cut into that many groups of neighbours, as even as can be; only those of the
 * {@code chosen-groups} with the highest group scores can be chosen (DeepSeek-V2, section 2.2.2, where a group scores as much as its best
 * expert; DeepSeek-V3, section 2.1.2: the sum of its two best). Where these hold fewer than k, a token has fewer. Departure: both are taken of
 * what the selection prefers, which is the affinity plus a bias under the loss-free balancer, as there, but the plain score under others.
 */
@Component
@Plugin("top-k")
public class TopKRouter implements Router {

    /** Where the softmax stands. */
    public enum Softmax { BEFORE, AFTER }

    /** What makes affinities of scores. */
    public enum Gate { SOFTMAX, SIGMOID }

    /** Whether a token's weights are made to sum to 1. */
    public enum Renormalise {
        /** Unless the softmax stands before the selection. */
        USUAL, ALWAYS, NEVER
    }

    /** What a group of experts scores. */
    public enum GroupScore {
        /** As much as its best expert. */
        MAXIMUM,
        /** The sum of its two best experts' scores. */
        TOP_TWO
    }

    /** The options. */
    public @interface Options {

        /** For a softmax gate: over all experts before the selection, or over the chosen ones after it. */
        Softmax softmax() default Softmax.AFTER;

        Gate gate() default Gate.SOFTMAX;

        Renormalise renormalise() default Renormalise.USUAL;

        /** What the weights are multiplied with in the end. */
        float scaling() default 1;

        /** Learnt noise on the scores while training. */
        boolean noisy() default false;

        /** How far at most, as a part of it, each element of the router's input is moved while training. */
        float jitter() default 0;

        /** Groups that the experts are cut into. */
        int groups() default 1;

        /** Groups that a token's experts may come from; 0 is all of them. */
        int chosenGroups() default 0;

        GroupScore groupScore() default GroupScore.TOP_TWO;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Tensor score(Scope scope, Tensor tokens) {
        var options = scope.options(Options.class);
        check(options, scope.experts());
        boolean training = scope.mode() == Mode.TRAINING;
        var read = tokens;
        if (training && options.jitter() > 0) {
            float jitter = options.jitter();
            read = tokens.multiply(scope.uniform(tokens.shape()).multiply(2 * jitter).add(1 - jitter));
        }
        var scores = scope.linear("weight", read, scope.experts()); // [N, E]
        if (!training || !options.noisy()) {
            return scores;
        }
        var deviation = scope.linear("noise", read, scope.experts()).softplus();
        return scores.add(scope.noise(scores.shape()).multiply(deviation));
    }

    private static void check(Options options, int experts) {
        if (!(options.jitter() >= 0 && options.jitter() < 1)) {
            throw new UserError("jitter must be at least 0 and less than 1, not " + options.jitter());
        }
        if (!(options.scaling() > 0)) {
            throw new UserError("scaling must be above 0, not " + options.scaling());
        }
        if (options.groups() < 1 || options.groups() > experts) {
            throw new UserError("groups must be from 1 to " + experts + ", the number of experts, not " + options.groups());
        }
        if (options.chosenGroups() < 0 || options.chosenGroups() > options.groups()) {
            throw new UserError("chosen-groups must be from 0 to " + options.groups() + ", the number of groups, not " + options.chosenGroups());
        }
        if (options.gate() == Gate.SOFTMAX && options.softmax() == Softmax.AFTER && options.renormalise() == Renormalise.NEVER) {
            throw new UserError("renormalise: never needs softmax: before or gate: sigmoid; weights of a softmax after the selection sum to 1");
        }
    }

    @Override
    public Tensor affinities(Scope scope, Tensor scores) {
        return switch (scope.options(Options.class).gate()) {
            case SOFTMAX -> scores.softmax();
            case SIGMOID -> scores.sigmoid();
        };
    }

    @Override
    public Tensor select(Scope scope, Tensor preferences) {
        var options = scope.options(Options.class);
        boolean limited = options.chosenGroups() > 0 && options.chosenGroups() < options.groups();
        return Router.super.select(scope, limited ? ofChosenGroups(options, preferences) : preferences);
    }

    /** preferences [N, E] → the same, without a number where the expert's group is not chosen: topK never takes that. */
    private static Tensor ofChosenGroups(Options options, Tensor preferences) {
        int experts = preferences.dim(1);
        int groups = options.groups();
        var members = new float[groups * experts]; // [G, E]: 1 where the expert is of the group
        var scores = new ArrayList<Tensor>(); // [N, 1] each
        for (int group = 0; group < groups; group++) {
            int from = group * experts / groups;
            int to = (group + 1) * experts / groups;
            Arrays.fill(members, group * experts + from, group * experts + to, 1);
            int best = options.groupScore() == GroupScore.MAXIMUM ? 1 : Math.min(2, to - from);
            scores.add(preferences.slice(1, from, to).topK(best).values().sum(1).unsqueeze(1));
        }
        var chosen = Layout.concat(1, scores).topK(options.chosenGroups()).indices().oneHot(groups).sum(1); // [N, G]
        var graph = preferences.graph();
        var open = chosen.matmul(graph.constant(Shape.of(groups, experts), members)); // [N, E]
        return open.where(preferences, graph.constant(Float.NaN));
    }

    @Override
    public Tensor weigh(Scope scope, Tensor scores, Tensor affinities, Tensor chosen) {
        var options = scope.options(Options.class);
        boolean sumToOne = switch (options.renormalise()) {
            case USUAL -> options.gate() == Gate.SIGMOID || options.softmax() == Softmax.AFTER;
            case ALWAYS -> true;
            case NEVER -> false;
        };
        var weights = sumToOne ? Router.super.weigh(scope, scores, affinities, chosen) : affinities.gatherLast(chosen);
        return options.scaling() == 1 ? weights : weights.multiply(options.scaling());
    }
}
