package patchbay.model;

import java.util.ArrayList;
import java.util.List;
import patchbay.spi.Assignment;
import patchbay.spi.Balancer;
import patchbay.spi.Capacity;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.spi.Router;
import patchbay.spi.Routing;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.ShapeError;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/**
 * One mixture layer: the router scores tokens, the balancers say what is preferred, the router assigns, the capacity admits, the
 * experts compute and what comes back is summed. All sizes are fixed: tokens that choose are sorted by expert, N · k rows,
 * and none is padded (as in MegaBlocks, Gale et al. 2022, without its blocks).
 *
 * <p>It tallies, for each expert, {@code mass}: the sum of the weights that tokens came back with; and, where a capacity is at
 * work, {@code dropped}: the choices of that expert that went nowhere.
 */
public final class Mixture {

    private final Rack rack;
    private final String path;
    private final Fitting routerFitting;
    private final Router router;
    private final List<Fitting> balancers = new ArrayList<>();
    private final Fitting capacityFitting;
    private final Capacity capacity;
    private final Experts experts;

    /** @param path {@code layers.3.moe} */
    public Mixture(Rack rack, String path) {
        this.rack = rack;
        this.path = path;
        this.routerFitting = rack.at(path + ".router");
        this.router = rack.part(Router.class, path + ".router");
        for (int number = 1; number <= rack.settings(path).balancers(); number++) {
            balancers.add(rack.at(Socket.balancer(path, number)));
        }
        this.capacityFitting = rack.at(path + ".capacity");
        this.capacity = rack.part(Capacity.class, path + ".capacity");
        this.experts = new Experts(rack, path);
    }

    /**
     * @param output [N, dim]
     * @param balance the balancers' terms of the loss, one number each
     */
    public record Result(Tensor output, Routing routing, List<Tensor> balance) {}

    /** @param tokens [N, dim] of the sequences that {@code building} has been told of; padding goes to no expert */
    public Result build(Building building, Tensor tokens) {
        int n = tokens.dim(0);
        int seen = seen(building);
        var scope = new Scopes.ForRouter(building, routerFitting, seen);
        var type = TensorType.f32(n, seen);
        var scored = building.at(routerFitting, () -> expected(routerFitting, router.score(scope, tokens), type));
        var scores = admits(seen) ? scored.add(admission(building, seen).unsqueeze(0)) : scored;
        var affinities = building.at(routerFitting, () -> expected(routerFitting, router.affinities(scope, scores), type));
        var preferences = scores;
        for (var fitting : balancers) {
            var before = preferences;
            preferences = building.at(fitting, () -> expected(fitting,
                    balancer(fitting).prefer(new Scopes.ForBalancer(building, fitting, seen), before, scores, affinities), type));
        }
        var preferred = preferences;
        var assignment = building.at(routerFitting, () -> assigned(building, router.assign(scope, tokens, scores, affinities, preferred)));

        var valid = building.valid();
        var mixed = switch (assignment) {
            case Assignment.Choices choices -> chosen(building, tokens, choices, affinities, valid);
            case Assignment.Takes takes -> taken(building, tokens, takes, valid);
            case Assignment.Slots slots -> mixed(building, tokens, slots, valid);
        };
        var routing = new Routing(scores, affinities, mixed.assignment(), mixed.taken(), mixed.counts(), valid);
        var output = building.settings().sharedExperts() > 0 ? mixed.output().add(shared(building, tokens)) : mixed.output();
        return new Result(output, routing, balance(building, routing));
    }

    private Assignment assigned(Building building, Assignment assignment) {
        boolean imposes = building.mode() == Mode.TRAINING && !building.settings().imposedRouting().isEmpty();
        if (imposes && !building.selected().containsKey(routerFitting.socket().path())) {
            throw new UserError("it selects nothing, so that no record of another run can be imposed on it");
        }
        return assignment;
    }

    /** Has the router and the balancers make their updates for a step in which {@code counts} [E] tokens chose the experts. */
    void update(Building building, Tensor counts) {
        int seen = seen(building);
        if (admits(seen)) {
            var admission = admission(building, seen);
            building.graph().update(admission, admission.add(RISE).minimum(building.graph().constant(0f)));
        }
        building.at(routerFitting, () -> {
            router.update(new Scopes.ForRouter(building, routerFitting, seen), counts);
            return null;
        });
        for (var fitting : balancers) {
            building.at(fitting, () -> {
                balancer(fitting).update(new Scopes.ForBalancer(building, fitting, seen), counts);
                return null;
            });
        }
    }

    /** Whether experts may have joined while the model was training. */
    private boolean admits(int seen) {
        var settings = rack.settings(path);
        return settings.routed() == seen && !settings.extras().isEmpty();
    }

    /**
     * What is added to the experts' scores [E]: 0, and far below for one that has just joined, so that nothing changes at that
     * moment; it rises step by step until the expert competes with the others.
     */
    private Tensor admission(Building building, int seen) {
        return building.graph().state(path + "." + ADMISSION, TensorType.f32(seen), Initializer.zeros());
    }

    /** The state under a mixture's path that holds back experts which have just joined. */
    public static final String ADMISSION = "admission";
    /** Where an expert that joins begins: with a softmax or a sigmoid nothing is left of it. */
    public static final float UNHEARD = -20;
    /** What an expert's score gains in a step, until it is heard. */
    private static final float RISE = 0.2f;

    /** How many experts the router sees. */
    private int seen(Building building) {
        int experts = building.settings().routed();
        int spare = building.at(capacityFitting, () -> capacity.spare(new Scopes.ForCapacity(building, capacityFitting)));
        if (spare < 0 || spare > building.settings().sharing().size() || experts - spare < building.settings().k()) {
            throw new ShapeError(capacityFitting.place() + " keeps " + spare + " of " + experts + " experts spare; at least k = "
                    + building.settings().k() + " must be left for the router");
        }
        return experts - spare;
    }

    private List<Tensor> balance(Building building, Routing routing) {
        var terms = new ArrayList<Tensor>();
        for (var fitting : balancers) {
            var scope = new Scopes.ForBalancer(building, fitting, routing.scores().dim(1));
            building.at(fitting, () -> balancer(fitting).loss(scope, routing)).ifPresent(term ->
                    terms.add(expected(fitting, term.reshape(Shape.scalar()), TensorType.f32(Shape.scalar()))));
        }
        return terms;
    }

    private Balancer balancer(Fitting fitting) {
        return rack.part(Balancer.class, fitting.socket().path());
    }

    /**
     * What the experts made of their tokens.
     *
     * @param assignment who was sent where in the end
     * @param taken [N, E]: 1 where the token asked for the expert, or the expert for it
     * @param counts [E]: the sums of {@code taken}
     */
    private record Mixed(Tensor output, Assignment assignment, Tensor taken, Tensor counts) {

        Mixed(Tensor output, Assignment assignment, Tensor taken) {
            this(output, assignment, taken, taken.sum(0));
        }
    }

    /** Tokens choose: rows sorted by expert, N · k in all. */
    private Mixed chosen(Building building, Tensor tokens, Assignment.Choices choices, Tensor affinities, Tensor valid) {
        int n = tokens.dim(0);
        int k = building.settings().k();
        expected(routerFitting, choices.experts(), TensorType.i32(n, k));
        expected(routerFitting, choices.weights(), TensorType.f32(n, k));
        var one = building.graph().constant(Shape.scalar(), 1);
        var present = valid.toInt().unsqueeze(1); // [N, 1]: 1 keeps the choice, 0 makes it −1
        var asked = new Assignment.Choices(choices.experts().add(one).multiply(present).subtract(one), choices.weights());
        var admitted = building.at(capacityFitting, () ->
                capacity.admit(new Scopes.ForCapacity(building, capacityFitting), asked, affinities));
        if (admitted != asked) {
            expected(capacityFitting, admitted.experts(), TensorType.i32(n, k));
            expected(capacityFitting, admitted.weights(), TensorType.f32(n, k));
            var lost = asked.experts().greaterOrEqual(0).subtract(admitted.experts().greaterOrEqual(0)); // [N, k]
            building.tally(path + ".dropped", lost.scatterLast(asked.experts(), affinities.dim(1)).sum(0));
        }
        building.tally(path + ".mass", admitted.weights().scatterLast(admitted.experts(), building.settings().routed()).sum(0));
        int seen = affinities.dim(1);
        var returned = experts.chosen(building, tokens, admitted, building.settings().routed() - seen);
        boolean told = admitted == asked && returned.counts().dim(0) == building.settings().routed() && seen == returned.counts().dim(0);
        var counts = told ? returned.counts() : asked.experts().groupBy(seen).counts();
        return new Mixed(returned.output(), admitted, asked.experts().oneHot(seen).sum(1), counts);
    }

    /** Experts choose: each takes C rows. */
    private Mixed taken(Building building, Tensor tokens, Assignment.Takes takes, Tensor valid) {
        int n = tokens.dim(0);
        int experts = building.settings().routed();
        int capacity = takes.tokens().dim(-1);
        expected(routerFitting, takes.tokens(), TensorType.i32(experts, capacity));
        expected(routerFitting, takes.weights(), TensorType.f32(experts, capacity));
        var rows = takes.tokens().flatten(); // [E·C]
        var present = valid.unsqueeze(1).gather(rows); // [E·C, 1]: 0 where no token, or padding, was taken
        var results = this.experts.even(building, tokens.gather(rows), rows); // [E·C, dim]
        var weights = takes.weights().reshape(rows.dim(0), 1).multiply(present);
        building.tally(path + ".mass", weights.reshape(experts, capacity).sum(1));
        var taken = takes.tokens().oneHot(n).sum(1).permute(1, 0).multiply(valid.unsqueeze(1)); // [E, C, N] → [N, E]
        return new Mixed(results.multiply(weights).scatterAdd(rows, n), takes, taken);
    }

    /** Everything is mixed: each expert computes S slots of every sequence. */
    private Mixed mixed(Building building, Tensor tokens, Assignment.Slots slots, Tensor valid) {
        int batch = building.ids().dim(0);
        int time = building.ids().dim(1);
        int dim = tokens.dim(1);
        int experts = building.settings().routed();
        int s = slots.combine().dim(-1) / experts;
        expected(routerFitting, slots.dispatch(), TensorType.f32(batch, experts * s, time));
        expected(routerFitting, slots.combine(), TensorType.f32(batch, time, experts * s));
        var inputs = slots.dispatch().multiply(valid.reshape(batch, 1, time)).matmul(tokens.reshape(batch, time, dim)) // [B, E·S, dim]
                .reshape(batch, experts, s, dim).permute(1, 0, 2, 3).reshape(experts * batch * s, dim);
        var none = Experts.numbers(building, inputs.dim(0), Integer.MAX_VALUE).subtract(building.graph().constant(Shape.scalar(), 1)); // −1 everywhere
        var results = this.experts.even(building, inputs, none)
                .reshape(experts, batch, s, dim).permute(1, 0, 2, 3).reshape(batch, experts * s, dim);
        building.tally(path + ".mass", slots.combine().multiply(valid.reshape(batch, time, 1)).reshape(batch * time, experts, s).sum(2).sum(0));
        var output = slots.combine().matmul(results).reshape(batch * time, dim);
        var taken = valid.unsqueeze(1).broadcastTo(Shape.of(batch * time, experts)); // every token is in every expert
        return new Mixed(output, slots, taken);
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
