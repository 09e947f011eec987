package patchbay.balancer.importanceandload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
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
import patchbay.tensor.UserError;

class ImportanceAndLoadTest extends BalancerContract {

    @Override
    protected Balancer plugin() {
        return new ImportanceAndLoad();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of("noise", 8), Map.of("importance", 0, "load", 1, "noise", 5), Map.of("importance", 1, "load", 0));
    }

    private void check(double importance, double load, double noise, int experts, int k, float[] scores, int... chosen) {
        try (var trial = routed(Map.of("importance", 0.5, "load", 0.25, "noise", noise), 1, experts, k, scores, chosen)) {
            assertEquals(importance, trial.floats("b.importance")[0], 1e-5 * Math.max(1, importance), "importance");
            assertEquals(load, trial.floats("b.load")[0], 1e-3 * Math.max(1, load), "load");
            assertEquals(0.5 * trial.floats("b.importance")[0] + 0.25 * trial.floats("b.load")[0], trial.floats("loss")[0], 1e-5);
        }
    }

    @Test
    void evenUseIsNothing() {
        check(0, 0, 1, 3, 1, new float[] {90, 0, 0, 0, 90, 0, 0, 0, 90}, 0, 1, 2);
        check(0, 0, 1, 2, 2, new float[] {0, 0, 0, 0}, 0, 1, 1, 0);
    }

    /** All on one of E: the mean is 1/E of all, and the squared deviations are (E − 1)² and E − 1 times 1, in squared means. */
    @Test
    void collapseIsOneLessThanTheNumberOfExperts() {
        check(3, 3, 1, 4, 1, new float[] {90, 0, 0, 0, 90, 0, 0, 0}, 0, 0);
    }

    /**
     * σ = 1: scores (1, 0) of one token. Expert 0 is chosen with the probability Φ(1) = 0.8413, expert 1 with Φ(−1); their mean is ½.
     * The weights are e/(e + 1) for the first and none for the second. Padding is left out.
     */
    @Test
    void byHand() {
        double deviation = (0.841345 - 0.5) / 0.5;
        check(1, deviation * deviation, 2, 2, 1, new float[] {1, 0, 0, 8}, 0, -1);
    }

    /** k = 2 of 3, scores (3, 2, 1): the first stands against 1, the second against 1, the third against 2. */
    @Test
    void anExpertStandsAgainstTheOthers() {
        double[] load = {0.977250, 0.841345, 0.158655};
        double mean = (load[0] + load[1] + load[2]) / 3;
        double variance = 0;
        for (double value : load) {
            variance += (value - mean) * (value - mean) / 3;
        }
        try (var trial = routed(Map.of("noise", 3), 1, 3, 2, new float[] {3, 2, 1}, 0, 1)) {
            assertEquals(variance / mean / mean, trial.floats("b.load")[0], 1e-3);
        }
    }

    @Test
    void expertsThatChooseAndSlotsHaveImportanceToo() {
        var graph = new Graph();
        var takes = new Assignment.Takes(graph.constant(Shape.of(2, 2), 0, 1, 1, -1), graph.constant(Shape.of(2, 2), 1f, 2, 1, 9));
        assertEquals(0.25, importance(graph, takes), 1e-6, "3 and 1");
        graph = new Graph();
        var combine = graph.constant(Shape.of(1, 2, 4), 1f, 1, 0, 1, 1, 0, 0, 0);
        assertEquals(0.25, importance(graph, new Assignment.Slots(combine, combine)), 1e-6, "3 and 1");
    }

    private static float importance(Graph graph, Assignment assignment) {
        var balancer = new ImportanceAndLoad();
        var settings = new ModelSettings(1, 2, 1, 4, 1, 2, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var scope = new Bench(new Building(graph, Mode.TRAINING, settings), "b", Map.of()).scope(balancer);
        var ones = graph.filled(Shape.of(2, 2), 1);
        balancer.loss(scope, new Routing(ones, ones, assignment, ones, graph.filled(Shape.of(2), 2), graph.filled(Shape.of(2), 1)));
        try (var trial = Trial.of(graph).run()) {
            return trial.floats("b.importance")[0];
        }
    }

    @Test
    void noiseOfNothingIsRefused() {
        var error = assertThrows(UserError.class, () -> routed(Map.of("noise", 0), 1, 2, 1, new float[2], 0));
        assertTrue(error.getMessage().contains("'noise' is 0"), error.getMessage());
    }
}
