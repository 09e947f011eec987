package patchbay.router.hierarchical;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

/**
 * Two gates, one after the other: a primary gate chooses groups of experts, a secondary one in each of these the experts; an expert j of group i
 * has the probability P(i) · Pᵢ(j), both softmaxes of linear scores, and weighs as much (Shazeer et al. 2017, appendix B, equation 12). Beside
 * them stand general experts, the first of the layer, that see every token and weigh 1 (as the shared experts of DeepSeekMoE, Dai et al.
 * 2024, equation 9); they count among the model's k. The groups are neighbours, as even as can be. What is chosen of k − general experts
 * is spread evenly over the chosen groups; where a group has fewer, a token has fewer.
 *
 * <p>Departures: the softmaxes stand before the selection and are not made to sum to 1 after it, so that a gate that chooses one of many learns;
 * no noise. A group is preferred by the logarithm of what its experts' preferences sum up to, which is the primary gate's score unless a
 * balancer changed them.
 */
@Component
@Plugin("hierarchical")
public class HierarchicalRouter implements Router {

    /** The options. */
    public @interface Options {

        /** Experts that every token goes to. */
        int general() default 1;

        /** Groups that the other experts are cut into. */
        int groups() default 2;

        /** Groups that a token is sent to. */
        int chosenGroups() default 1;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    /** Group {@code number} has the experts {@code from} … {@code to} − 1. */
    private record Group(int number, int from, int to) {}

    private static List<Group> groups(Options options, int experts) {
        var groups = new ArrayList<Group>();
        int others = experts - options.general();
        for (int g = 0; g < options.groups(); g++) {
            groups.add(new Group(g, options.general() + g * others / options.groups(), options.general() + (g + 1) * others / options.groups()));
        }
        return groups;
    }

    private static void check(Options options, int experts, int k) {
        if (options.general() < 0 || options.general() >= k) {
            throw new UserError("general must be from 0 to " + (k - 1) + ", so that of k = " + k + " one is left to choose, not " + options.general());
        }
        int others = experts - options.general();
        if (options.groups() < 1 || options.groups() > others) {
            throw new UserError("groups must be from 1 to " + others + ", the number of experts that are not general, not " + options.groups());
        }
        int most = Math.min(options.groups(), k - options.general());
        if (options.chosenGroups() < 1 || options.chosenGroups() > most) {
            throw new UserError("chosen-groups must be from 1 to " + most + ", the lesser of groups and k − general, not " + options.chosenGroups());
        }
    }

    /** Logarithms of the probabilities; 0 for the general experts. */
    @Override
    public Tensor score(Scope scope, Tensor tokens) {
        var options = scope.options(Options.class);
        check(options, scope.experts(), scope.k());
        int general = options.general();
        var primary = scope.linear("primary", tokens, options.groups()).logSoftmax(); // [N, G]
        var secondary = scope.linear("secondary", tokens, scope.experts() - general); // [N, E − general]
        var parts = new ArrayList<Tensor>();
        for (var group : groups(options, scope.experts())) {
            var within = secondary.slice(1, group.from() - general, group.to() - general).logSoftmax();
            parts.add(within.add(primary.slice(1, group.number(), group.number() + 1)));
        }
        return Layout.concat(1, parts).pad(1, general, 0); // [N, E]
    }

    @Override
    public Tensor affinities(Scope scope, Tensor scores) {
        return scores.exp();
    }

    @Override
    public Tensor select(Scope scope, Tensor preferences) {
        var options = scope.options(Options.class);
        var graph = preferences.graph();
        int n = preferences.dim(0);
        int experts = scope.experts();
        var members = new float[options.groups() * experts]; // [G, E]: 1 where the expert is of the group
        var preferred = new ArrayList<Tensor>(); // [N, 1] each
        for (var group : groups(options, experts)) {
            Arrays.fill(members, group.number() * experts + group.from(), group.number() * experts + group.to(), 1);
            preferred.add(logSumExp(preferences.slice(1, group.from(), group.to())));
        }
        var groups = Layout.concat(1, preferred).topK(options.chosenGroups()).indices(); // [N, g]
        var chosen = new ArrayList<Tensor>();
        if (options.general() > 0) {
            var general = new int[n * options.general()];
            Arrays.setAll(general, i -> i % options.general());
            chosen.add(graph.constant(Shape.of(n, options.general()), general));
        }
        int left = scope.k() - options.general();
        for (int place = 0; place < options.chosenGroups(); place++) {
            int share = (left + options.chosenGroups() - place - 1) / (options.chosenGroups() - place); // better groups have the remainder
            var group = groups.slice(1, place, place + 1).flatten().oneHot(options.groups()); // [N, G]
            var open = group.matmul(graph.constant(Shape.of(options.groups(), experts), members)); // [N, E]
            chosen.add(open.where(preferences, graph.constant(Float.NaN)).topK(share).indices()); // no number is never taken
            left -= share;
        }
        return Layout.concat(1, chosen);
    }

    /** [N, experts] → [N, 1]. */
    private static Tensor logSumExp(Tensor rows) {
        var greatest = rows.max(1).unsqueeze(1);
        return rows.subtract(greatest).exp().sum(1).unsqueeze(1).log().add(greatest);
    }

    @Override
    public Tensor weigh(Scope scope, Tensor scores, Tensor affinities, Tensor chosen) {
        return affinities.gatherLast(chosen);
    }
}
