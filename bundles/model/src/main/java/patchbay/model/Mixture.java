package patchbay.model;

import patchbay.spi.Balancer;
import patchbay.spi.Expert;
import patchbay.spi.Router;
import patchbay.spi.Routing;
import patchbay.tensor.Shape;
import patchbay.tensor.ShapeError;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/**
 * One mixture layer: routes tokens, sorts them by expert, runs the experts on their rows and sums what comes back.
 * Nothing is dropped and nothing padded: the sort with its offsets has a fixed size, N · k rows (as in MegaBlocks, Gale et
 * al. 2022, without its blocks).
 */
public final class Mixture {

    private final Rack rack;
    private final String path;

    /** @param path {@code layers.3.moe} */
    public Mixture(Rack rack, String path) {
        this.rack = rack;
        this.path = path;
    }

    /** @param output [N, dim] */
    public record Result(Tensor output, Routing routing) {}

    /**
     * @param tokens [N, dim]
     * @param valid [N], f32: 0 for padding, which goes to no expert
     */
    public Result build(Building building, Tensor tokens, Tensor valid) {
        var routing = route(building, tokens, valid);
        int k = building.settings().k();
        var grouping = routing.chosen().groupBy(building.settings().experts());
        var rows = tokens.dispatch(grouping, k); // [N·k, dim], sorted by expert

        var fitting = rack.at(path + ".experts");
        var expert = rack.part(Expert.class, path + ".experts");
        var results = building.at(fitting, () ->
                expected(fitting, expert.forward(new Scopes.ForExperts(building, fitting, grouping.offsets()), rows), rows.type()));
        var output = results.combine(routing.weights(), grouping); // [N, dim]
        if (building.settings().sharedExperts() > 0) {
            output = output.add(shared(building, tokens));
        }
        return new Result(output, new Routing(routing.scores(), routing.affinities(), routing.chosen(), routing.weights(),
                grouping.counts(), valid));
    }

    private Routing route(Building building, Tensor tokens, Tensor valid) {
        var graph = building.graph();
        int n = tokens.dim(0);
        int experts = building.settings().experts();
        int k = building.settings().k();
        var routerFitting = rack.at(path + ".router");
        var router = rack.part(Router.class, path + ".router");
        var routerScope = new Scopes.ForRouter(building, routerFitting);
        var balancerFitting = rack.at(path + ".balancer");
        var balancer = rack.part(Balancer.class, path + ".balancer");

        var scores = building.at(routerFitting, () ->
                expected(routerFitting, router.score(routerScope, tokens), TensorType.f32(n, experts)));
        var affinities = building.at(routerFitting, () ->
                expected(routerFitting, router.affinities(routerScope, scores), TensorType.f32(n, experts)));
        var preferences = building.at(balancerFitting, () -> expected(balancerFitting,
                balancer.prefer(new Scopes.ForBalancer(building, balancerFitting), scores, affinities), TensorType.f32(n, experts)));
        var chosen = building.at(routerFitting, () ->
                expected(routerFitting, router.select(routerScope, preferences.stopGradient()), TensorType.i32(n, k)));
        var weights = building.at(routerFitting, () ->
                expected(routerFitting, router.weigh(routerScope, scores, affinities, chosen), TensorType.f32(n, k)));

        var present = valid.toInt().unsqueeze(1); // [N, 1]: 1 keeps the choice, 0 makes it −1
        var kept = chosen.add(graph.constant(Shape.scalar(), 1)).multiply(present)
                .subtract(graph.constant(Shape.scalar(), 1));
        return new Routing(scores, affinities, kept, weights, valid, valid);
    }

    private Tensor shared(Building building, Tensor tokens) {
        var fitting = rack.at(path + ".shared");
        var expert = rack.part(Expert.class, path + ".shared");
        int hidden = building.settings().hidden() * building.settings().sharedExperts();
        return building.at(fitting, () ->
                expected(fitting, expert.forward(new Scopes.ForDense(building, fitting, hidden), tokens), tokens.type()));
    }

    /** What a plugin returned, if it has the type that its contract asks for. */
    static Tensor expected(Fitting fitting, Tensor given, TensorType type) {
        if (!given.type().equals(type)) {
            throw new ShapeError(fitting.place() + " returned " + given.type() + "; it must return " + type);
        }
        return given;
    }
}
