package patchbay.balancer.auxiliaryloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.contract.BalancerContract;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Assignment;
import patchbay.spi.Balancer;
import patchbay.spi.Mode;
import patchbay.spi.Routing;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

class AuxiliaryLossTest extends BalancerContract {

    @Override
    protected Balancer plugin() {
        return new AuxiliaryLoss();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("coefficient", 1), Map.of("over", "sequence"), Map.of("over", "run", "window", 3),
                Map.of("over", "run", "window", 1));
    }

    /** The loss without its coefficient. */
    private float loss(String over, int batch, int experts, int k, float[] scores, int... chosen) {
        try (var trial = routed(Map.of("coefficient", 0.5, "over", over), batch, experts, k, scores, chosen)) {
            assertEquals(trial.floats("b.loss")[0] / 2, trial.floats("loss")[0], 1e-6, "the coefficient");
            return trial.floats("b.loss")[0];
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 1", "4, 2", "8, 3", "1, 1", "5, 5"})
    void perfectBalanceIsOne(int experts, int k) {
        var chosen = IntStream.range(0, experts * k).map(i -> i % experts).toArray();
        for (var over : List.of("batch", "sequence", "run")) {
            assertEquals(1, loss(over, 1, experts, k, new float[experts * experts], chosen), 1e-6, over);
        }
    }

    @ParameterizedTest
    @CsvSource({"batch", "sequence", "run"})
    void collapseOntoOneExpertIsTheNumberOfExperts(String over) {
        var scores = new float[6 * 8];
        for (int n = 0; n < 6; n++) {
            scores[n * 8 + 3] = 50;
        }
        assertEquals(8, loss(over, 2, 8, 1, scores, 3, 3, 3, 3, 3, 3), 1e-5);
    }

    /** E Σ f P with f = (2/3, 1/3) and P = (½, ½), then (¾, ¼). */
    @Test
    void byHand() {
        float ln3 = (float) Math.log(3);
        assertEquals(1, loss("batch", 1, 2, 1, new float[6], 0, 0, 1), 1e-6);
        assertEquals(2 * (2 / 3.0 * 0.75 + 1 / 3.0 * 0.25), loss("batch", 1, 2, 1, new float[] {ln3, 0, ln3, 0, ln3, 0}, 0, 0, 1), 1e-6);
    }

    /** Two sequences, each on an expert of its own: even over the batch, collapsed in every sequence. A third is padding. */
    @Test
    void bySequence() {
        float[] scores = {50, 0, 50, 0, 0, 50, 0, 50, 9, 9, 9, 9};
        int[] chosen = {0, 0, 1, 1, -1, -1};
        assertEquals(1, loss("batch", 3, 2, 1, scores, chosen), 1e-6);
        assertEquals(2, loss("sequence", 3, 2, 1, scores, chosen), 1e-6);
    }

    @Test
    void theRunIsItsLastSteps() {
        var settings = new ModelSettings(1, 2, 1, 4, 1, 2, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph();
        var balancer = new AuxiliaryLoss();
        var building = new Building(graph, Mode.TRAINING, settings);
        var scope = new Bench(building, "b", Map.of("over", "run", "window", 2, "coefficient", 1)).scope(balancer);
        var scores = graph.constant(Shape.of(2, 2), 50f, 0, 50, 0); // P = (1, 0)
        var chosen = graph.constant(Shape.of(2, 1), 0, 0);
        graph.output("loss", balancer.loss(scope, new Routing(scores, scores.softmax(),
                new Assignment.Choices(chosen, graph.filled(Shape.of(2, 1), 1)), chosen.oneHot(2).sum(1),
                graph.constant(Shape.of(2), 2f, 0), graph.filled(Shape.of(2), 1))).orElseThrow());
        balancer.update(scope, graph.input("counts", TensorType.f32(2)));
        try (var trial = Trial.of(graph)) {
            assertEquals(2, trial.with("counts", 1f, 3).run().floats("loss")[0], 1e-6, "nothing remembered: f of the batch");
            assertEquals(2 * 0.25, trial.with("counts", 0f, 4).run().floats("loss")[0], 1e-6, "f = (1, 3) / 4");
            assertEquals(2 * 0.125, trial.with("counts", 5f, 5).run().floats("loss")[0], 1e-6, "f = (1, 7) / 8");
            assertEquals(2 * 5 / 14.0, trial.with("counts", 0f, 0).run().floats("loss")[0], 1e-6, "the first step is forgotten");
            assertArrayEquals(new float[] {0, 0, 5, 5}, trial.variable("b.window"));
        }
    }

    @Test
    void anEmptyWindowIsRefused() {
        var error = assertThrows(UserError.class, () -> routed(Map.of("over", "run", "window", 0), 1, 2, 1, new float[2], 0));
        assertTrue(error.getMessage().contains("'window' is 0"), error.getMessage());
    }

    /** Sigmoids of very low scores, whose sum is next to nothing, still are parts of it. */
    @Test
    void affinitiesOfNextToNothingSumToOne() {
        var graph = new Graph();
        var balancer = new AuxiliaryLoss();
        var settings = new ModelSettings(1, 2, 1, 4, 1, 2, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var scope = new Bench(new Building(graph, Mode.TRAINING, settings), "b", Map.of()).scope(balancer);
        var low = new float[4];
        Arrays.fill(low, 1e-20f);
        var affinities = graph.constant(Shape.of(2, 2), low);
        var chosen = graph.constant(Shape.of(2, 1), 0, 1);
        balancer.loss(scope, new Routing(affinities, affinities, new Assignment.Choices(chosen, graph.filled(Shape.of(2, 1), 1)),
                chosen.oneHot(2).sum(1), graph.constant(Shape.of(2), 1f, 1), graph.filled(Shape.of(2), 1)));
        try (var trial = Trial.of(graph).run()) {
            assertEquals(1, trial.floats("b.loss")[0], 1e-6);
        }
    }
}
