package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import patchbay.model.Building;
import patchbay.model.Decoder;
import patchbay.model.Mixture;
import patchbay.model.ModelSettings;
import patchbay.model.ModelSettings.Norm;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.spi.Assignment;
import patchbay.spi.Balancer;
import patchbay.spi.Capacity;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.spi.Part;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.spi.Routing;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.tensor.reference.ReferenceEngine;

/** Two experts and a few tokens, by hand: what every way of assigning sums up to. Expert 0 multiplies by 10, expert 1 by 100. */
class MixtureTest {

    private static final float[] FACTORS = {10, 100};

    /** x · factor. */
    @Plugin("times")
    static final class Times implements Expert {

        @Override
        public Tensor forward(Scope scope, Tensor rows) {
            return rows.multiply(scope.each("factor", rows, Shape.of(1), Initializer.ones()));
        }
    }

    /** Scores that are 0 everywhere, under an assignment of the test's. */
    abstract static class Fixed implements Router {

        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            return scope.graph().filled(Shape.of(tokens.dim(0), scope.experts()), 0);
        }
    }

    @Plugin("fixed")
    static final class FixedChoices extends Fixed {

        @Override
        public Assignment assign(Scope scope, Tensor tokens, Tensor scores, Tensor affinities, Tensor preferences) {
            return new Assignment.Choices(scope.graph().constant(Shape.of(3, 2), 1, 0, -1, 1, 0, 1),
                    scope.graph().constant(Shape.of(3, 2), 0.25f, 0.75f, 0.5f, 0.5f, 1, 1));
        }
    }

    @Plugin("fixed")
    static final class FixedTakes extends Fixed {

        @Override
        public boolean canBeCausal() {
            return false;
        }

        @Override
        public Assignment assign(Scope scope, Tensor tokens, Tensor scores, Tensor affinities, Tensor preferences) {
            return new Assignment.Takes(scope.graph().constant(Shape.of(2, 2), 1, -1, 1, 2),
                    scope.graph().constant(Shape.of(2, 2), 0.5f, 9, 0.25f, 9));
        }
    }

    @Plugin("fixed")
    static final class FixedSlots extends Fixed {

        @Override
        public Assignment assign(Scope scope, Tensor tokens, Tensor scores, Tensor affinities, Tensor preferences) {
            return new Assignment.Slots(scope.graph().constant(Shape.of(1, 2, 3), 1, 0.5f, 9, 0, 2, 9),
                    scope.graph().constant(Shape.of(1, 3, 2), 1, 0, 0.5f, 1, 0, 0));
        }
    }

    private static ModelSettings settings(int balancers, List<String> leaks) {
        return new ModelSettings(1, 2, 1, 4, 2, 2, 2, 0, List.of(), true, 0, Norm.rms).withBalancers(balancers).withLeaks(leaks);
    }

    private static Rack rack(ModelSettings settings, Map<String, Part> parts) {
        var plugs = new LinkedHashMap<String, Plug>();
        parts.forEach((socket, part) -> plugs.put("layers.0.moe." + socket, Plug.of(part.getClass().getAnnotation(Plugin.class).value())));
        return Rack.fit(settings, PlainParts.wiring(settings, plugs), PlainParts.shelf(parts.values().toArray(Part[]::new)));
    }

    /** Tokens (1, 2), (3, 4) and, as padding, (5, 6). */
    private static Trial trial(Rack rack) {
        var graph = new Graph(3);
        var building = new Building(graph, Mode.TRAINING, rack.settings());
        building.enter(graph.constant(Shape.of(1, 3), 7, 8, -1));
        var result = new Mixture(rack, "layers.0.moe").build(building, graph.constant(Shape.of(3, 2), 1f, 2, 3, 4, 5, 6));
        graph.output("output", result.output());
        graph.output("taken", result.routing().taken());
        graph.output("counts", result.routing().counts());
        building.tallies().forEach(graph::output);
        result.balance().stream().reduce(Tensor::add).ifPresent(sum -> graph.output("balance", sum));
        var trial = Trial.of(graph);
        if (trial.variables().contains("layers.0.moe.experts.factor")) {
            trial.set("layers.0.moe.experts.factor", FACTORS);
        }
        return trial.run();
    }

    private static Trial trial(Router router) {
        return trial(rack(settings(1, List.of()), Map.of("router", router, "experts", new Times())));
    }

    @Test
    void tokensChoose() {
        try (var trial = trial(new FixedChoices())) {
            assertArrayEquals(new float[] {
                0.25f * 100 + 0.75f * 10, 2 * (0.25f * 100 + 0.75f * 10),
                3 * 0.5f * 100, 4 * 0.5f * 100,
                0, 0}, trial.floats("output"), 1e-4f);
            assertArrayEquals(new float[] {1, 1, 0, 1, 0, 0}, trial.floats("taken"));
            assertArrayEquals(new float[] {1, 2}, trial.floats("counts"));
            assertArrayEquals(new float[] {0.75f, 0.75f}, trial.floats("layers.0.moe.mass"));
        }
    }

    @Test
    void expertsChoose() {
        try (var trial = trial(new FixedTakes())) {
            assertArrayEquals(new float[] {0, 0, 3 * (0.5f * 10 + 0.25f * 100), 4 * (0.5f * 10 + 0.25f * 100), 0, 0},
                    trial.floats("output"), 1e-4f);
            assertArrayEquals(new float[] {0, 0, 1, 1, 0, 0}, trial.floats("taken"));
            assertArrayEquals(new float[] {1, 1}, trial.floats("counts"));
            assertArrayEquals(new float[] {0.5f, 0.25f}, trial.floats("layers.0.moe.mass"));
        }
    }

    @Test
    void everythingIsMixed() {
        try (var trial = trial(new FixedSlots())) {
            float[] first = {10 * (1 + 0.5f * 3), 10 * (2 + 0.5f * 4)}; // expert 0's slot
            float[] second = {100 * 2 * 3, 100 * 2 * 4};
            assertArrayEquals(new float[] {first[0], first[1], 0.5f * first[0] + second[0], 0.5f * first[1] + second[1], 0, 0},
                    trial.floats("output"), 1e-3f);
            assertArrayEquals(new float[] {1.5f, 1}, trial.floats("layers.0.moe.mass"));
        }
    }

    @Test
    void aLeakIsRefusedUntilItIsAcceptedByName() {
        var parts = Map.<String, Part>of("router", new FixedTakes());
        var refused = assertThrows(UserError.class, () -> build(rack(settings(1, List.of()), parts)));
        assertTrue(refused.getMessage().contains("router fixed at layers.0.moe.router")
                && refused.getMessage().contains("model.leaks: [fixed]"), refused.getMessage());
        build(rack(settings(1, List.of("fixed")), parts));
    }

    private static void build(Rack rack) {
        var graph = new Graph();
        new Decoder(rack, 9).build(new Building(graph, Mode.EVALUATION, rack.settings()), graph.input("tokens", TensorType.i32(1, 3)));
    }

    /** Prefers the expert behind the one that is preferred so far, and counts its updates. */
    @Plugin("turning")
    static final class Turning implements Balancer {

        @Override
        public Tensor prefer(Scope scope, Tensor preferences, Tensor scores, Tensor affinities) {
            return preferences.negate();
        }

        @Override
        public Optional<Tensor> loss(Scope scope, Routing routing) {
            return Optional.of(routing.counts().sum());
        }
    }

    @Plugin("leaning")
    static final class Leaning implements Balancer {

        @Override
        public Tensor prefer(Scope scope, Tensor preferences, Tensor scores, Tensor affinities) {
            return preferences.add(scope.graph().constant(Shape.of(2), 1f, 0));
        }

        @Override
        public Optional<Tensor> loss(Scope scope, Routing routing) {
            return Optional.of(scope.graph().constant(0.5f));
        }
    }

    /** One choice: the preferred expert. */
    @Plugin("first")
    static final class First extends Fixed {

        @Override
        public Tensor select(Scope scope, Tensor preferences) {
            var first = preferences.topK(1).indices();
            return Layout.concat(1, first, scope.graph().constant(Shape.of(3, 1), -1, -1, -1));
        }

        @Override
        public void update(Scope scope, Tensor counts) {
            var seen = scope.state("seen", Shape.of(scope.experts()), Initializer.zeros());
            scope.update(seen, seen.add(counts));
        }
    }

    @Test
    void balancersWorkOneAfterTheOther() {
        var parts = Map.of("router", new First(), "experts", new Times(), "balancer", new Leaning(), "balancer-2", new Turning());
        try (var trial = trial(rack(settings(2, List.of()), parts))) {
            assertArrayEquals(new float[] {0, 2}, trial.floats("counts"), "leaning to 0, turned to 1");
            assertEquals(2.5f, trial.floats("balance")[0]);
        }
        parts = Map.of("router", new First(), "experts", new Times(), "balancer", new Turning(), "balancer-2", new Leaning());
        try (var trial = trial(rack(settings(2, List.of()), parts))) {
            assertArrayEquals(new float[] {2, 0}, trial.floats("counts"));
        }
    }

    @Test
    void aRouterIsToldTheCountsOnceAStep() {
        var graph = new Graph();
        var decoder = new Decoder(rack(settings(1, List.of()), Map.of("router", new First())), 9);
        decoder.update(new Building(graph, Mode.TRAINING, decoder.rack().settings()),
                Map.of("layers.0.moe", graph.input("counts", TensorType.f32(2))));
        try (var trial = Trial.of(new ReferenceEngine(), graph, new ReferenceEngine().variables())) {
            trial.with("counts", 3f, 4).run().with("counts", 1f, 1).run();
            assertArrayEquals(new float[] {4, 5}, trial.variable("layers.0.moe.router.seen"));
        }
    }

    /** What an expert is told of its rows. */
    @Plugin("reading")
    static final class Reading implements Expert {

        @Override
        public Tensor forward(Scope scope, Tensor rows) {
            scope.graph().output("row ids", scope.ids());
            scope.graph().output("row domains", scope.domains());
            return rows;
        }
    }

    @Test
    void anExpertKnowsTheTokensOfItsRows() {
        var choosing = rack(settings(1, List.of()), Map.of("router", new FixedChoices(), "experts", new Reading()));
        try (var trial = trial(choosing)) {
            trial.with("domains", 4, 5, 6).run();
            assertArrayEquals(new int[] {7, 7, 8}, Arrays.copyOf(trial.ints("row ids"), 3), "expert 0 has the first, 1 both");
            assertArrayEquals(new int[] {4, 4, 5}, Arrays.copyOf(trial.ints("row domains"), 3));
        }
        try (var trial = trial(rack(settings(1, List.of()), Map.of("router", new FixedTakes(), "experts", new Reading())))) {
            assertArrayEquals(new int[] {8, -1, 8, -1}, trial.ints("row ids"));
        }
        try (var trial = trial(rack(settings(1, List.of()), Map.of("router", new FixedSlots(), "experts", new Reading())))) {
            assertArrayEquals(new int[] {-1, -1}, trial.ints("row ids"));
        }
    }

    /** Keeps the last expert spare, and sends every first choice there. */
    @Plugin("sparing")
    static final class Sparing implements Capacity {

        @Override
        public int spare(Scope scope) {
            return 1;
        }

        @Override
        public Assignment.Choices admit(Scope scope, Assignment.Choices asked, Tensor affinities) {
            assertEquals(2, affinities.dim(1));
            return new Assignment.Choices(scope.graph().constant(Shape.of(3, 2), 2, 1, -1, -1, -1, -1), asked.weights());
        }
    }

    @Test
    void aSpareExpertIsOneThatTheRouterDoesNotSee() {
        var settings = new ModelSettings(1, 2, 1, 4, 2, 3, 2, 0, List.of(), true, 0, Norm.rms);
        var rack = rack(settings, Map.of("router", new FixedChoices(), "experts", new Times(), "capacity", new Sparing()));
        var graph = new Graph(3);
        var building = new Building(graph, Mode.TRAINING, settings);
        building.enter(graph.constant(Shape.of(1, 3), 7, 8, -1));
        var result = new Mixture(rack, "layers.0.moe").build(building, graph.constant(Shape.of(3, 2), 1f, 2, 3, 4, 5, 6));
        graph.output("output", result.output());
        graph.output("counts", result.routing().counts());
        building.tallies().forEach(graph::output);
        try (var trial = Trial.of(graph)) {
            trial.set("layers.0.moe.experts.factor", 10, 100, 1000);
            trial.run();
            assertArrayEquals(new float[] {0.25f * 1000 + 0.75f * 100, 2 * (0.25f * 1000 + 0.75f * 100), 0, 0, 0, 0},
                    trial.floats("output"), 1e-3f);
            assertArrayEquals(new float[] {1, 2}, trial.floats("counts"), "what the router asked for");
            assertArrayEquals(new float[] {0, 1}, trial.floats("layers.0.moe.dropped"), "the second token's second choice");
            assertArrayEquals(new float[] {0, 0.75f, 0.25f}, trial.floats("layers.0.moe.mass"));
        }
    }
}
