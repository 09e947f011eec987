package patchbay.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import patchbay.spi.Assignment;
import patchbay.spi.Expert;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * The routed experts of a mixture layer. Those that share a plugin come first, one after the other, and compute together; then come the
 * extras, in the order of their names in the settings, each a plugin of its own; and last, if the capacity keeps some spare, the spare
 * ones, which share the plugin of the first.
 */
final class Experts {

    private final Rack rack;
    private final ModelSettings settings;
    private final Fitting shared;
    private final List<Fitting> extras = new ArrayList<>();

    /** @param path {@code layers.3.moe} */
    Experts(Rack rack, String path) {
        this.rack = rack;
        this.settings = rack.settings(path);
        this.shared = rack.at(path + ".experts");
        settings.extras().forEach(name -> extras.add(rack.at(Socket.extra(path, name))));
    }

    /**
     * What came back of tokens that were sent to experts.
     *
     * @param output [N, dim], the sum over a token's choices
     * @param counts choices of each of the experts that share a plugin: [experts]
     */
    record Returned(Tensor output, Tensor counts) {}

    /** @param spare how many of those that share a plugin are spare */
    Returned chosen(Building building, Tensor tokens, Assignment.Choices choices, int spare) {
        var sent = sharing(building, choices.experts(), spare).groupBy(sharing());
        var output = chosen(building, tokens, choices.weights(), sent);
        for (int i = 0; i < extras.size(); i++) {
            output = output.add(chosen(building, extras.get(i), tokens, choices, sharing() - spare + i));
        }
        return new Returned(output, sent.counts());
    }

    private int sharing() {
        return settings.sharing().size();
    }

    /** Choices numbered among the experts that share a plugin; −1 for an extra. */
    private Tensor sharing(Building building, Tensor chosen, int spare) {
        if (extras.isEmpty() || spare == 0) {
            return chosen; // an extra's number is beyond them
        }
        int first = sharing() - spare; // of the extras
        var number = building.graph().constant(Shape.scalar(), extras.size());
        var none = building.graph().constant(Shape.scalar(), -1);
        return chosen.less(first).where(chosen, chosen.less(first + extras.size()).where(none, chosen.subtract(number)));
    }

    /** Rows sorted by expert, N · k in all. */
    private Tensor chosen(Building building, Tensor tokens, Tensor weights, Tensor.Grouping sent) {
        int k = weights.dim(1);
        var rows = new Scopes.Rows(sent.offsets(), numbers(building, weights.size(), k).gather(sent.order()));
        return together(building, tokens.dispatch(sent, k), rows).combine(weights, sent);
    }

    /** One extra: a row for each token that chose it comes before those of tokens that did not. */
    private Tensor chosen(Building building, Fitting extra, Tensor tokens, Assignment.Choices choices, int number) {
        var its = choices.experts().equal(number); // [N, k]
        var none = building.graph().constant(Shape.scalar(), 1);
        var sent = its.sum(1).greater(0).toInt().subtract(none).groupBy(1);
        var rows = Optional.of(new Scopes.Rows(sent.offsets(), sent.order()));
        return alone(building, extra, tokens.dispatch(sent, 1), rows).combine(choices.weights().multiply(its).sum(1).unsqueeze(1), sent);
    }

    /**
     * Every expert computes as many rows: [E · R, dim] → the same shape.
     *
     * @param tokens which of the N tokens each row is, [E · R], i32; −1 for none
     */
    Tensor even(Building building, Tensor rows, Tensor tokens) {
        int each = rows.dim(0) / settings.routed();
        int from = sharing() * each;
        var offsets = new int[sharing() + 1];
        Arrays.setAll(offsets, expert -> expert * each);
        var sorted = new Scopes.Rows(building.graph().constant(Shape.of(offsets.length), offsets), tokens.slice(0, 0, from));
        var results = new ArrayList<Tensor>();
        results.add(together(building, rows.slice(0, 0, from), sorted));
        for (var extra : extras) {
            var its = new Scopes.Rows(building.graph().constant(Shape.of(2), 0, each), tokens.slice(0, from, from + each));
            results.add(alone(building, extra, rows.slice(0, from, from + each), Optional.of(its)));
            from += each;
        }
        return Layout.concat(0, results);
    }

    private Tensor together(Building building, Tensor rows, Scopes.Rows sorted) {
        var expert = rack.part(Expert.class, shared.socket().path());
        return building.at(shared, () -> Mixture.expected(shared,
                expert.forward(new Scopes.ForExperts(building, shared, sorted), rows), rows.type()));
    }

    private Tensor alone(Building building, Fitting extra, Tensor rows, Optional<Scopes.Rows> sent) {
        var expert = rack.part(Expert.class, extra.socket().path());
        int hidden = building.settings().hidden();
        return building.at(extra, () -> Mixture.expected(extra,
                expert.forward(new Scopes.ForDense(building, extra, hidden, sent), rows), rows.type()));
    }

    /** 0 … rows − 1, each divided by {@code k}: i32[rows]. */
    static Tensor numbers(Building building, int rows, int k) {
        var numbers = new int[rows];
        Arrays.setAll(numbers, row -> row / k);
        return building.graph().constant(Shape.of(rows), numbers);
    }
}
