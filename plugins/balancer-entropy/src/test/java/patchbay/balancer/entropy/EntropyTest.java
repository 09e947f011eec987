package patchbay.balancer.entropy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.BalancerContract;
import patchbay.spi.Balancer;

class EntropyTest extends BalancerContract {

    @Override
    protected Balancer plugin() {
        return new Entropy();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of("sharp", 1, "flat", 0.5), Map.of(), Map.of("flat", 0));
    }

    private void check(double ofToken, double ofBatch, int experts, float[] scores, int... chosen) {
        try (var trial = routed(Map.of("sharp", 0.5, "flat", 0.25), 1, experts, 1, scores, chosen)) {
            assertEquals(ofToken, trial.floats("b.token-entropy")[0], 1e-5);
            assertEquals(ofBatch, trial.floats("b.batch-entropy")[0], 1e-5);
            assertEquals(0.5 * ofToken + 0.25 * (1 - ofBatch), trial.floats("loss")[0], 1e-5);
        }
    }

    @Test
    void everyTokenSureAndAllExpertsWantedIsNothing() {
        check(0, 1, 3, new float[] {90, 0, 0, 0, 90, 0, 0, 0, 90}, 0, 1, 2);
    }

    @Test
    void everyTokenUnsure() {
        check(1, 1, 3, new float[9], 0, 1, 2);
    }

    @Test
    void collapse() {
        check(0, 0, 3, new float[] {90, 0, 0, 90, 0, 0, 90, 0, 0}, 0, 0, 0);
    }

    /** (½, ½) and (1, 0), of mean (¾, ¼); the third is padding. */
    @Test
    void byHand() {
        double quarters = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)) / Math.log(2);
        check(0.5, quarters, 2, new float[] {0, 0, 90, 0, -7, 7}, 0, 0, -1);
    }

    @Test
    void oneExpertHasNothingToChoose() {
        check(0, 0, 1, new float[] {3, 4}, 0, 0);
    }
}
