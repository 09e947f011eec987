package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import patchbay.model.Building;
import patchbay.model.Mixture;
import patchbay.model.ModelSettings;
import patchbay.model.ModelSettings.Norm;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.spi.Assignment;
import patchbay.spi.Capacity;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.spi.Part;
import patchbay.spi.Plugin;
import patchbay.spi.Router;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/** Experts with sockets of their own beside those that share a plugin, by hand. */
class ExtrasTest {

    /** Adds 7: also to rows that are none of its own. */
    @Plugin("seven")
    static final class Seven implements Expert {

        @Override
        public Tensor forward(Scope scope, Tensor rows) {
            assertEquals(1, scope.experts());
            scope.graph().output("ids", scope.ids());
            scope.graph().output("domains", scope.domains());
            return rows.add(7);
        }
    }

    /** x · W + b. */
    @Plugin("affine")
    static final class Affine implements Expert {

        @Override
        public Tensor forward(Scope scope, Tensor rows) {
            return scope.linear("weight", rows, scope.dim()).add(scope.each("bias", rows, Shape.of(scope.dim()), Initializer.ones()));
        }
    }

    /** An assignment of the test's. */
    @Plugin("fixed")
    record Fixed(int seen, Function<Graph, Assignment> assignment) implements Router {

        @Override
        public boolean canBeCausal() {
            return false;
        }

        @Override
        public Tensor score(Scope scope, Tensor tokens) {
            assertEquals(seen, scope.experts());
            return scope.graph().filled(Shape.of(tokens.dim(0), seen), 0);
        }

        @Override
        public Assignment assign(Scope scope, Tensor tokens, Tensor scores, Tensor affinities, Tensor preferences) {
            return assignment.apply(scope.graph());
        }
    }

    /** Keeps one expert spare, and sends there what was sent to the first. */
    @Plugin("sparing")
    static final class Sparing implements Capacity {

        @Override
        public int spare(Scope scope) {
            assertEquals(4, scope.experts());
            return 1;
        }

        @Override
        public Assignment.Choices admit(Scope scope, Assignment.Choices asked, Tensor affinities) {
            var spare = scope.graph().constant(Shape.scalar(), 3);
            return new Assignment.Choices(asked.experts().equal(0).where(spare, asked.experts()), asked.weights());
        }
    }

    /**
     * Tokens (1, 2), (3, 4) and, as padding, (5, 6). Expert 0 multiplies by 10; {@code plus} adds 7; {@code own} is (x, 2 y) + (1, 1). With two that
     * share a plugin the second multiplies by 1000.
     */
    private static Trial trial(int experts, Map<String, Part> parts) {
        var settings = new ModelSettings(1, 2, 1, 4, 2, experts, 1, 0, List.of(), true, 0, Norm.rms).withExtras(List.of("plus", "own"), 2);
        var all = new LinkedHashMap<String, Part>(parts);
        all.put("experts", new MixtureTest.Times());
        all.put("experts.plus", new Seven());
        all.put("experts.own", new Affine());
        var plugs = new LinkedHashMap<String, Plug>();
        all.forEach((socket, part) -> plugs.put("layers.0.moe." + socket, Plug.of(part.getClass().getAnnotation(Plugin.class).value())));
        var rack = Rack.fit(settings, PlainParts.wiring(settings, plugs), PlainParts.shelf(all.values().toArray(Part[]::new)));
        var graph = new Graph(3);
        var building = new Building(graph, Mode.TRAINING, settings);
        building.enter(graph.constant(Shape.of(1, 3), 5, 6, -1));
        var result = new Mixture(rack, "layers.0.moe").build(building, graph.constant(Shape.of(3, 2), 1f, 2, 3, 4, 5, 6));
        graph.output("output", result.output());
        graph.output("counts", result.routing().counts());
        var trial = Trial.of(graph);
        trial.set("layers.0.moe.experts.factor", experts == 1 ? new float[] {10} : new float[] {10, 1000});
        trial.set("layers.0.moe.experts.own.weight", 1, 0, 0, 2);
        return trial.with("domains", 8, 9, 10).run();
    }

    private static Assignment choices(Graph graph) {
        return new Assignment.Choices(graph.constant(Shape.of(3, 2), 1, 2, 2, 0, 0, 1),
                graph.constant(Shape.of(3, 2), 0.25f, 0.75f, 0.5f, 0.5f, 1, 1));
    }

    @Test
    void tokensChoose() {
        try (var trial = trial(1, Map.of("router", new Fixed(3, ExtrasTest::choices)))) {
            assertArrayEquals(new float[] {
                0.25f * 8 + 0.75f * 2, 0.25f * 9 + 0.75f * 5,
                0.5f * 4 + 0.5f * 30, 0.5f * 9 + 0.5f * 40,
                0, 0}, trial.floats("output"), 1e-5f);
            assertArrayEquals(new float[] {1, 1, 2}, trial.floats("counts"));
            assertArrayEquals(new int[] {5, -1, -1}, trial.ints("ids"), "of its own rows only");
            assertArrayEquals(new int[] {8, -1, -1}, trial.ints("domains"));
        }
    }

    /** The spare expert is numbered behind the extras. */
    @Test
    void spareExpertsComeLast() {
        try (var trial = trial(2, Map.of("router", new Fixed(3, ExtrasTest::choices), "capacity", new Sparing()))) {
            assertArrayEquals(new float[] {
                0.25f * 8 + 0.75f * 2, 0.25f * 9 + 0.75f * 5,
                0.5f * 4 + 0.5f * 3000, 0.5f * 9 + 0.5f * 4000,
                0, 0}, trial.floats("output"), 1e-2f);
            assertArrayEquals(new float[] {1, 1, 2}, trial.floats("counts"), "what the router asked for");
        }
    }

    @Test
    void expertsChoose() {
        var takes = new Fixed(3, graph -> new Assignment.Takes(graph.constant(Shape.of(3, 2), 1, -1, 0, 2, 1, 0),
                graph.constant(Shape.of(3, 2), 0.5f, 9, 1, 9, 0.25f, 0.5f)));
        try (var trial = trial(1, Map.of("router", takes))) {
            assertArrayEquals(new float[] {8 + 0.5f * 2, 9 + 0.5f * 5, 0.5f * 30 + 0.25f * 4, 0.5f * 40 + 0.25f * 9, 0, 0},
                    trial.floats("output"), 1e-5f);
            assertArrayEquals(new float[] {1, 1, 2}, trial.floats("counts"));
            assertArrayEquals(new int[] {5, -1}, trial.ints("ids"));
        }
    }

    @Test
    void everythingIsMixed() {
        var slots = new Fixed(3, graph -> new Assignment.Slots(graph.constant(Shape.of(1, 3, 3), 1, 0, 9, 0, 2, 9, 0.5f, 0.5f, 9),
                graph.constant(Shape.of(1, 3, 3), 1f, 1, 0, 0, 0, 2, 0, 0, 0)));
        try (var trial = trial(1, Map.of("router", slots))) { // slots (1, 2), (6, 8), (2, 3)
            assertArrayEquals(new float[] {10 + 13, 20 + 15, 2 * 3, 2 * 7, 0, 0}, trial.floats("output"), 1e-4f);
        }
    }

    private static ModelSettings model(int experts, String... extras) {
        return new ModelSettings(2, 12, 2, 13, 10, experts, 1, 0, List.of(), true, 0, Norm.rms).withExtras(List.of(extras), 2);
    }

    private static Trial logits(ModelSettings settings) {
        var graph = new Graph(3);
        var decoder = PlainParts.decoder(settings, 11);
        var forward = decoder.build(new Building(graph, Mode.EVALUATION, settings), graph.input("tokens", TensorType.i32(2, 5)));
        graph.output("logits", forward.logits());
        return Trial.of(graph).with("tokens", 1, 4, 2, 0, 9, 3, 3, 8, 10, -1);
    }

    /** Three that share a plugin are two and one of the same kind with a socket of its own, if it has the third's values. */
    @Test
    void anExtraOfTheSameKindIsOneExpertMore() {
        try (var together = logits(model(3)); var apart = logits(model(2, "third"))) {
            for (var name : List.copyOf(together.variables().names())) {
                var values = together.variable(name);
                if (name.contains(".moe.experts.")) {
                    int third = values.length / 3;
                    apart.set(name, Arrays.copyOf(values, 2 * third));
                    apart.set(name.replace(".experts.", ".experts.third."), Arrays.copyOfRange(values, 2 * third, 3 * third));
                } else {
                    apart.set(name, values);
                }
            }
            Trial.assertClose(together.run().floats("logits"), apart.run().floats("logits"), 1e-6, "logits");
        }
    }

    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        var settings = new ModelSettings(2, 12, 2, 13, 10, 2, 1, 0, List.of(), true, 0, Norm.rms).withExtras(List.of("a", "b"), 4);
        var graph = new Graph(3);
        var decoder = PlainParts.decoder(settings, 11);
        var forward = decoder.build(new Building(graph, Mode.TRAINING, settings), graph.input("tokens", TensorType.i32(1, 5)));
        Differences.check(graph, List.of(forward.logits()), Map.of(), trial -> {
            trial.with("tokens", 1, 4, 2, 0, 9);
            trial.set("embedding.tokens", Trial.random(11 * 12, 1));
        }, "extras");
        assertTrue(graph.parameters().containsKey("layers.1.moe.experts.b.out"), "under its socket's path");
    }

    @Test
    void aWholeModelWithExtras() {
        var model = new WholeModel(PlainParts.decoder(WholeModel.SETTINGS.withExtras(List.of("a", "b"), 2), 11));
        model.checkCausality();
        model.checkDecoding();
        model.checkPadding();
    }

    @Test
    void namesAreChecked() {
        assertTrue(assertThrows(UserError.class, () -> model(2, "a", "a")).getMessage().contains("'a' twice"));
        assertTrue(assertThrows(UserError.class, () -> model(2, "A")).getMessage().contains("model.extras: 'A'"));
        assertEquals(3, model(1, "a", "b").routed());
        assertTrue(assertThrows(UserError.class, () -> new ModelSettings(1, 2, 1, 4, 2, 1, 3, 0, List.of(), true, 0, Norm.rms))
                .getMessage().contains("only 1 experts"));
    }
}
