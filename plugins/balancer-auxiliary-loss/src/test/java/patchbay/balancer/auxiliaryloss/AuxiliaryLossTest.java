package patchbay.balancer.auxiliaryloss;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

class AuxiliaryLossTest extends BalancerContract {

    @Override
    protected Balancer plugin() {
        return new AuxiliaryLoss();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("coefficient", 1));
    }

    /** The loss without its coefficient, of N tokens with these scores and choices. */
    private static float loss(int experts, int k, float[] scores, int[] chosen) {
        int n = chosen.length / k;
        var settings = new ModelSettings(1, 2, 1, 4, 1, experts, k, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph();
        var balancer = new AuxiliaryLoss();
        var scope = new Bench(new Building(graph, Mode.TRAINING, settings), "b", Map.of("coefficient", 0.5)).scope(balancer);
        var logits = graph.constant(Shape.of(n, experts), scores);
        var choices = graph.constant(Shape.of(n, k), chosen);
        var assignment = new Assignment.Choices(choices, graph.filled(Shape.of(n, k), 1f / k));
        graph.output("term", balancer.loss(scope, new Routing(logits, logits.softmax(), assignment, choices.oneHot(experts).sum(1),
                choices.groupBy(experts).counts(), graph.filled(Shape.of(n), 1))).orElseThrow());
        var trial = Trial.of(graph).run();
        assertEquals(trial.floats("b.loss")[0] / 2, trial.floats("term")[0], 1e-6, "the coefficient");
        return trial.floats("b.loss")[0];
    }

    @ParameterizedTest
    @CsvSource({"4, 1", "4, 2", "8, 3", "1, 1", "5, 5"})
    void perfectBalanceIsOne(int experts, int k) {
        var chosen = IntStream.range(0, experts * k).map(i -> i % experts).toArray();
        assertEquals(1, loss(experts, k, new float[experts * experts], chosen), 1e-6);
    }

    @Test
    void collapseOntoOneExpertIsTheNumberOfExperts() {
        var scores = new float[5 * 8];
        for (int n = 0; n < 5; n++) {
            scores[n * 8 + 3] = 50;
        }
        assertEquals(8, loss(8, 1, scores, new int[] {3, 3, 3, 3, 3}), 1e-5);
    }

    /** E Σ f P with f = (2/3, 1/3) and P = (½, ½), then (¾, ¼). */
    @Test
    void byHand() {
        float ln3 = (float) Math.log(3);
        assertEquals(1, loss(2, 1, new float[6], new int[] {0, 0, 1}), 1e-6);
        assertEquals(2 * (2 / 3.0 * 0.75 + 1 / 3.0 * 0.25), loss(2, 1, new float[] {ln3, 0, ln3, 0, ln3, 0}, new int[] {0, 0, 1}), 1e-6);
    }
}
