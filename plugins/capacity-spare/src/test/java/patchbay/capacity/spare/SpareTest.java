package patchbay.capacity.spare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.CapacityContract;
import patchbay.contract.SmallMixture;
import patchbay.contract.Trial;
import patchbay.spi.Capacity;
import patchbay.spi.Mode;
import patchbay.tensor.UserError;

class SpareTest extends CapacityContract {

    @Override
    protected Capacity plugin() {
        return new Spare();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("factor", 0.5, "minimum", 1), Map.of("factor", 0.8, "minimum", 0));
    }

    @Override
    protected List<Map<String, Object>> roomyOptionSets() {
        return List.of(Map.of(), Map.of("minimum", 5));
    }

    private static Trial trial(int experts, int k, float[][] tokens, Map<String, Object> options, float... weight) {
        var trial = new SmallMixture(Mode.TRAINING, 1, experts, k, new int[tokens.length], tokens).with(new Spare(), options);
        trial.set("layers.0.moe.router.weight", weight);
        return trial.run();
    }

    /** Three tokens that all want expert 0 of two; the third expert is spare. */
    @Test
    void theSpareExpertTakesWhatIsBeyond() {
        float[][] tokens = {{1}, {1}, {1}};
        try (var trial = trial(3, 1, tokens, Map.of("factor", 1, "minimum", 0), 1, 0)) {
            assertArrayEquals(new float[] {10, 10, 1000}, trial.floats("output"), 1e-3f);
        }
        try (var trial = trial(3, 1, tokens, Map.of("factor", 0.6, "minimum", 0), 1, 0)) {
            assertArrayEquals(new float[] {10, 1000, 0}, trial.floats("output"), 1e-3f, "the spare one is full too");
        }
        try (var trial = trial(3, 1, tokens, Map.of("minimum", 3), 1, 0)) {
            assertArrayEquals(new float[] {10, 10, 10}, trial.floats("output"), 1e-3f, "nobody is full");
        }
    }

    /** Two tokens that want both of two experts, which take one each. */
    @Test
    void eachSpareExpertStandsInForTheSameOnes() {
        float[][] tokens = {{1}, {1}};
        try (var trial = trial(4, 2, tokens, Map.of("experts", 2, "factor", 0.5, "minimum", 0), 1, 0)) {
            assertArrayEquals(new int[] {0, 1, 2, 3}, trial.ints("experts"));
        }
        try (var trial = trial(3, 2, tokens, Map.of("factor", 0.5, "minimum", 0), 1, 0)) {
            assertArrayEquals(new int[] {0, 1, 2, -1}, trial.ints("experts"), "not twice to the same");
        }
    }

    /** The layer's other experts without a spare one. */
    @Test
    void withoutABoundItIsDropless() {
        var tokens = new float[26][5];
        for (int n = 0; n < tokens.length; n++) {
            tokens[n] = Trial.random(5, n);
        }
        var weight = Trial.random(5 * 6, 3);
        try (var bounded = trial(7, 3, tokens, Map.of("factor", 1e6), weight);
                var dropless = new SmallMixture(Mode.TRAINING, 1, 6, 3, new int[26], tokens).with(Map.of(), Map.of())) {
            dropless.set("layers.0.moe.router.weight", weight);
            dropless.run();
            for (var name : List.of("output", "experts", "weights", "counts", "scores")) {
                assertArrayEquals(dropless.outputs().get(name), bounded.outputs().get(name), name);
            }
        }
    }

    @Test
    void noSpareExpertAtAllIsTheUsersMistake() {
        var error = assertThrows(UserError.class, () -> trial(3, 1, new float[][] {{1}}, Map.of("experts", 0), 1, 0));
        assertTrue(error.getMessage().contains("spare"), error.getMessage());
        assertThrows(UserError.class, () -> trial(3, 1, new float[][] {{1}}, Map.of("factor", 0), 1, 0));
    }
}
