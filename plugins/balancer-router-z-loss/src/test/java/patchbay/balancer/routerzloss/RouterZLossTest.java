package patchbay.balancer.routerzloss;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.BalancerContract;
import patchbay.spi.Balancer;

class RouterZLossTest extends BalancerContract {

    @Override
    protected Balancer plugin() {
        return new RouterZLoss();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of("coefficient", 1), Map.of());
    }

    private float loss(int experts, float[] scores, int... chosen) {
        try (var trial = routed(Map.of("coefficient", 0.25), 1, experts, 1, scores, chosen)) {
            assertEquals(trial.floats("b.loss")[0] / 4, trial.floats("loss")[0], 1e-6, "the coefficient");
            return trial.floats("b.loss")[0];
        }
    }

    /** log (e⁰ + e⁰) = log 2; log (1 + 3) = log 4; padding is left out. */
    @Test
    void byHand() {
        double two = Math.log(2);
        double four = Math.log(4);
        assertEquals((two * two + four * four) / 2, loss(2, new float[] {0, 0, 0, (float) Math.log(3), 70, 70}, 0, 1, -1), 1e-6);
    }

    @Test
    void largeScoresDoNotOverflow() {
        assertEquals(40_000, loss(2, new float[] {200, -200}, 0), 1e-1);
        assertEquals(40_000, loss(2, new float[] {-200, -1000}, 0), 1e-1);
    }

    @Test
    void itEvensNothingOut() {
        assertEquals(loss(2, new float[] {0, 5, 0, 5}, 1, 1), loss(2, new float[] {0, 5, 5, 0}, 1, 0));
    }
}
