package patchbay.router.soft;

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

class SoftRouterTest extends RouterContract {

    private static final String ROUTER = "layers.0.moe.router.";
    private static final float LN3 = (float) Math.log(3);
    private static final float LN4 = (float) Math.log(4);

    @Override
    protected Router plugin() {
        return new SoftRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("slots", 1), Map.of("slots", 3, "normalised", false));
    }

    @Override
    protected Reach reach(Map<String, Object> options) {
        return Reach.SEQUENCE;
    }

    /** Slot 0 is (1/5, 4/5) and slot 1 (3/4, 1/4) of the tokens; tokens are (1/4, 3/4) and (4/5, 1/5) of what the slots became. */
    @Test
    void dispatchAndCombineByHand() {
        try (var trial = SmallMixture.twoByTwo(Mode.TRAINING, 1).with(new SoftRouter(), Map.of("slots", 1, "normalised", false))) {
            trial.set(ROUTER + "slots", 0, LN3, LN4, 0);
            assertArrayEquals(new float[] {0.25f * 2 + 0.75f * 75, 0.25f * 8 + 0.75f * 25, 0.8f * 2 + 0.2f * 75, 0.8f * 8 + 0.2f * 25},
                    trial.run().floats("output"), 1e-4f);
            assertArrayEquals(new float[] {0.25f, 0.75f, 0.8f, 0.2f}, trial.floats("affinities"), 1e-6f);
        }
    }

    @Test
    void paddingIsInNoMixture() {
        var mixture = new SmallMixture(Mode.TRAINING, 1, 2, 1, new int[] {0, 1, -1}, new float[][] {{1, 0}, {0, 1}, {7, 7}});
        try (var trial = mixture.with(new SoftRouter(), Map.of("slots", 1, "normalised", false))) {
            trial.set(ROUTER + "slots", 0, LN3, LN4, 0);
            assertArrayEquals(new float[] {0.2f, 0.75f, 0.8f, 0.25f, 0, 0}, trial.run().floats("dispatch"), 1e-6f);
        }
    }

    /** Two slots an expert: an expert's affinity is what its slots have of a token together. */
    @Test
    void dispatchSumsToOneOverTokensAndCombineOverSlots() {
        var tokens = new float[10][6];
        for (int n = 0; n < tokens.length; n++) {
            tokens[n] = Trial.random(6, n);
        }
        try (var trial = new SmallMixture(Mode.EVALUATION, 2, 3, 1, new int[10], tokens).with(new SoftRouter(), Map.of("slots", 2))) {
            trial.set(ROUTER + "scale", 5);
            var dispatch = trial.run().floats("dispatch"); // [2, 5, 6]
            var combine = trial.floats("combine");
            var affinities = trial.floats("affinities");
            for (int b = 0; b < 2; b++) {
                for (int slot = 0; slot < 6; slot++) {
                    float sum = 0;
                    for (int t = 0; t < 5; t++) {
                        sum += dispatch[(b * 5 + t) * 6 + slot];
                    }
                    assertEquals(1, sum, 1e-5);
                }
            }
            for (int n = 0; n < 10; n++) {
                for (int e = 0; e < 3; e++) {
                    assertEquals(combine[n * 6 + 2 * e] + combine[n * 6 + 2 * e + 1], affinities[n * 3 + e], 1e-5);
                }
            }
        }
    }

    @Test
    void aQuarterAsManySlotsAsTokensUnlessTheyAreGiven() {
        try (var trial = new SmallMixture(Mode.EVALUATION, 2, 2, 2, new int[34], new float[34][6]).with(new SoftRouter(), Map.of())) {
            assertEquals(2 * 3, trial.graph().outputs().get("combine").dim(2), "17 / 8, rounded up, for each of 2");
        }
    }

    @Test
    void fewerThanNoSlotsAreTheUsersMistake() {
        var error = assertThrows(UserError.class, () -> SmallMixture.twoByTwo(Mode.TRAINING, 1).with(new SoftRouter(), Map.of("slots", -1)));
        assertTrue(error.getMessage().contains("slots"), error.getMessage());
    }
}
