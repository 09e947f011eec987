package patchbay.balancer.lossfree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.BalancerContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.Mixture;
import patchbay.model.ModelSettings;
import patchbay.spi.Assignment;
import patchbay.spi.Balancer;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;

class LossFreeTest extends BalancerContract {

    @Override
    protected Balancer plugin() {
        return new LossFree();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("rate", 0.5), Map.of("rule", "proportional"));
    }

    private static final ModelSettings SETTINGS =
            new ModelSettings(1, 6, 1, 4, 3, 4, 2, 0, List.of(), true, 0, ModelSettings.Norm.rms);

    @Test
    void theBiasMovesByTheRateTowardsTheMean() {
        var graph = new Graph();
        var balancer = new LossFree();
        var scope = new Bench(new Building(graph, Mode.TRAINING, SETTINGS), "b", Map.of("rate", 0.25)).scope(balancer);
        balancer.update(scope, graph.input("counts", TensorType.f32(4)));
        try (var trial = Trial.of(graph)) {
            assertArrayEquals(new float[] {0, 0, 0, 0}, trial.variable("b.bias"));
            trial.with("counts", 10f, 0, 5, 5).run();
            assertArrayEquals(new float[] {-0.25f, 0.25f, 0, 0}, trial.variable("b.bias"));
            trial.with("counts", 0f, 0, 1, 19).run();
            assertArrayEquals(new float[] {0, 0.5f, 0.25f, -0.25f}, trial.variable("b.bias"));
            trial.with("counts", 5f, 5, 5, 5).run();
            assertArrayEquals(new float[] {0, 0.5f, 0.25f, -0.25f}, trial.variable("b.bias"), "balance moves nothing");
        }
    }

    @Test
    void theBiasDecidesWhoIsChosenAndNotWhatTheyWeigh() {
        var graph = new Graph(3);
        var rack = PlainParts.decoder(SETTINGS, 2, new LossFree(), Map.of()).rack();
        var building = new Building(graph, Mode.EVALUATION, SETTINGS);
        building.enter(graph.constant(Shape.of(1, 5), 1, 1, 0, 1, 0));
        var routing = new Mixture(rack, "layers.0.moe").build(building, graph.constant(Shape.of(5, 6), Trial.random(30, 1))).routing();
        var choices = (Assignment.Choices) routing.assignment();
        graph.output("chosen", choices.experts());
        graph.output("weights", choices.weights());
        graph.output("affinities", routing.affinities());
        try (var trial = Trial.of(graph)) {
            var before = trial.run().floats("affinities");
            trial.set("layers.0.moe.balancer.bias", -2, 2, 0, 4);
            trial.run();
            assertArrayEquals(before, trial.floats("affinities"));
            var affinities = trial.floats("affinities");
            for (int n = 0; n < 5; n++) {
                assertEquals(3, trial.ints("chosen")[2 * n]);
                assertEquals(1, trial.ints("chosen")[2 * n + 1]);
                double first = affinities[4 * n + 3];
                double second = affinities[4 * n + 1];
                assertEquals(first / (first + second), trial.floats("weights")[2 * n], 1e-5);
                assertEquals(second / (first + second), trial.floats("weights")[2 * n + 1], 1e-5);
            }
        }
    }

    @Test
    void proportionallyTheBiasMovesByWhatIsLacking() {
        var graph = new Graph();
        var balancer = new LossFree();
        var options = Map.<String, Object>of("rate", 0.25, "rule", "proportional");
        var scope = new Bench(new Building(graph, Mode.TRAINING, SETTINGS), "b", options).scope(balancer);
        balancer.update(scope, graph.input("counts", TensorType.f32(4)));
        try (var trial = Trial.of(graph)) {
            trial.with("counts", 10f, 0, 5, 5).run();
            assertArrayEquals(new float[] {-0.25f, 0.25f, 0, 0}, trial.variable("b.bias"));
            trial.with("counts", 50f, 150, 0, 200).run();
            assertArrayEquals(new float[] {-0.125f, 0.125f, 0.25f, -0.25f}, trial.variable("b.bias"), "the number of tokens is no matter");
            trial.with("counts", 0f, 0, 0, 0).run();
            assertArrayEquals(new float[] {-0.125f, 0.125f, 0.25f, -0.25f}, trial.variable("b.bias"));
        }
    }

    @Test
    void behindAnotherBalancerItAddsToWhatThatPrefers() {
        var graph = new Graph();
        var balancer = new LossFree();
        var scope = new Bench(new Building(graph, Mode.TRAINING, SETTINGS), "b", Map.of()).scope(balancer);
        var scores = graph.constant(Shape.of(1, 4), 0f, 1, 2, 3);
        graph.output("alone", balancer.prefer(scope, scores, scores, scores.softmax()));
        graph.output("behind", balancer.prefer(scope, scores.negate(), scores, scores.softmax()));
        graph.output("sigmoids", scores.sigmoid());
        try (var trial = Trial.of(graph).run()) {
            assertArrayEquals(trial.floats("sigmoids"), trial.floats("alone"));
            assertArrayEquals(new float[] {0, -1, -2, -3}, trial.floats("behind"));
        }
    }

    @Test
    void thereIsNoLoss() {
        var graph = new Graph();
        var decoder = PlainParts.decoder(SETTINGS, 2, new LossFree(), Map.of());
        var forward = decoder.build(new Building(graph, Mode.TRAINING, SETTINGS), graph.input("tokens", TensorType.i32(1, 4)));
        assertTrue(forward.balance().isEmpty());
    }
}
