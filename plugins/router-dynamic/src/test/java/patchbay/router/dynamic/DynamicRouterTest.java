package patchbay.router.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.RouterContract;
import patchbay.contract.SmallMixture;
import patchbay.contract.Trial;
import patchbay.spi.Mode;
import patchbay.spi.Router;
import patchbay.tensor.UserError;

class DynamicRouterTest extends RouterContract {

    @Override
    protected Router plugin() {
        return new DynamicRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("p", 0.9), Map.of("p", 1));
    }

    /** With others a small step changes how many experts are needed. */
    @Override
    protected List<Map<String, Object>> smoothOptionSets() {
        return List.of(Map.of("p", 1));
    }

    /** The probabilities are (1/4, 3/4) and (4/5, 1/5). */
    private static Trial twoByTwo(double p) {
        var trial = SmallMixture.twoByTwo(Mode.EVALUATION, 2).with(new DynamicRouter(), Map.of("p", p));
        trial.set("layers.0.moe.router.weight", 0, (float) Math.log(3), (float) Math.log(4), 0);
        return trial.run();
    }

    @Test
    void dispatchAndCombineByHand() {
        check(0.7, new int[] {1, -1, 0, -1}, 0.75f * 100, 0.8f * 10, 1);
        check(0.78, new int[] {1, 0, 0, -1}, 0.75f * 100 + 0.25f * 10, 0.8f * 10, 1.5f);
        check(0.9, new int[] {1, 0, 0, 1}, 0.75f * 100 + 0.25f * 10, 0.8f * 10 + 0.2f * 100, 2);
    }

    private static void check(double p, int[] experts, float first, float second, float mean) {
        try (var trial = twoByTwo(p)) {
            assertArrayEquals(experts, trial.ints("experts"));
            assertArrayEquals(new float[] {first, 0, 0, second}, trial.floats("output"), 1e-4f);
            assertEquals(mean, trial.floats("layers.0.moe.router.experts")[0], 1e-6f);
        }
    }

    @Test
    void neverMoreThanK() {
        var mixture = new SmallMixture(Mode.EVALUATION, 1, 4, 2, new int[] {0, 1}, new float[2][3]); // all scores are 0
        try (var trial = mixture.with(new DynamicRouter(), Map.of("p", 1))) {
            assertArrayEquals(new int[] {0, 1, 0, 1}, trial.run().ints("experts"));
            assertArrayEquals(new float[] {0.25f, 0.25f, 0.25f, 0.25f}, trial.floats("weights"));
        }
    }

    @Test
    void aProbabilityBeyondOneIsTheUsersMistake() {
        for (double p : new double[] {0, 1.5}) {
            assertTrue(assertThrows(UserError.class, () -> twoByTwo(p)).getMessage().contains("p must be"));
        }
    }
}
