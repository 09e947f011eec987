package patchbay.capacity.nextchoice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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

class NextChoiceTest extends CapacityContract {

    private static final float LN3 = (float) Math.log(3);
    private static final float LN6 = (float) Math.log(6);

    @Override
    protected Capacity plugin() {
        return new NextChoice();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("factor", 0.5, "minimum", 1), Map.of("factor", 0.8, "minimum", 0, "tries", 3));
    }

    @Override
    protected List<Map<String, Object>> roomyOptionSets() {
        return List.of(Map.of(), Map.of("minimum", 5));
    }

    /** Three tokens whose affinities to three experts, that take one each, are (6/10, 3/10, 1/10). */
    private static float[] output(int tries) {
        float[][] tokens = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
        try (var trial = new SmallMixture(Mode.TRAINING, 1, 3, 1, new int[] {0, 1, 2}, tokens)
                .with(new NextChoice(), Map.of("factor", 1, "minimum", 1, "tries", tries))) {
            trial.set("layers.0.moe.router.weight", LN6, LN3, 0, LN6, LN3, 0, LN6, LN3, 0);
            return trial.run().floats("output");
        }
    }

    @Test
    void whoFindsAnExpertFullAsksTheNext() {
        assertArrayEquals(new float[] {10, 0, 0, 0, 0.5f * 100, 0, 0, 0, 0}, output(1), 1e-3f);
        assertArrayEquals(new float[] {10, 0, 0, 0, 0.5f * 100, 0, 0, 0, 1000f / 6}, output(2), 1e-3f);
    }

    /** Of two tokens that both want experts 0 and 1 of four, which take one each, the second goes to the two others. */
    @Test
    void aTokensChoicesAskDifferentExperts() {
        try (var trial = new SmallMixture(Mode.TRAINING, 1, 4, 2, new int[] {0, 1}, new float[][] {{1}, {1}})
                .with(new NextChoice(), Map.of("factor", 1, "minimum", 0))) {
            trial.set("layers.0.moe.router.weight", 3, 2, 1, 0);
            assertArrayEquals(new int[] {0, 1, 2, 3}, trial.run().ints("experts"));
            var weights = trial.floats("weights");
            assertEquals(weights[0] * Math.exp(-2), weights[2], 1e-5);
            assertEquals(weights[1] * Math.exp(-2), weights[3], 1e-5);
        }
    }

    /** Those who asked for an expert themselves are before those who come from a full one. */
    @Test
    void whoComesFromElsewhereIsLast() {
        try (var trial = new SmallMixture(Mode.TRAINING, 1, 2, 1, new int[] {0, 1, 2, 3}, new float[][] {{1}, {1}, {1}, {-1}})
                .with(new NextChoice(), Map.of("factor", 1, "minimum", 0))) {
            trial.set("layers.0.moe.router.weight", 1, 0);
            assertArrayEquals(new int[] {0, 0, 1, 1}, trial.run().ints("experts"));
        }
        try (var trial = new SmallMixture(Mode.TRAINING, 1, 2, 1, new int[] {0, 1, 2, 3}, new float[][] {{1}, {1}, {-1}, {-1}})
                .with(new NextChoice(), Map.of("factor", 0.5, "minimum", 0))) {
            trial.set("layers.0.moe.router.weight", 1, 0);
            assertArrayEquals(new int[] {0, -1, 1, -1}, trial.run().ints("experts"));
        }
    }

    @Test
    void withoutABoundItIsDropless() {
        Trial.assertSame(unbounded(Map.of()), unbounded(Map.of("capacity", Map.of("factor", 1e6, "tries", 2))), "outputs");
    }

    private static Map<String, float[]> unbounded(Map<String, Map<String, Object>> options) {
        var tokens = new float[26][5];
        for (int n = 0; n < tokens.length; n++) {
            tokens[n] = Trial.random(5, n);
        }
        var mixture = new SmallMixture(Mode.TRAINING, 2, 6, 3, new int[26], tokens);
        try (var trial = options.isEmpty() ? mixture.with(Map.of(), Map.of()) : mixture.with(Map.of("capacity", new NextChoice()), options)) {
            return trial.run().outputs();
        }
    }

    @Test
    void noTryAtAllIsTheUsersMistake() {
        assertTrue(assertThrows(UserError.class, () -> output(0)).getMessage().contains("tries at least 1"));
    }
}
