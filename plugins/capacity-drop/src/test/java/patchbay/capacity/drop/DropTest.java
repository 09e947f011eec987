package patchbay.capacity.drop;

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

class DropTest extends CapacityContract {

    private static final float LN3 = (float) Math.log(3);
    private static final float LN4 = (float) Math.log(4);
    private static final float LN9 = (float) Math.log(9);

    @Override
    protected Capacity plugin() {
        return new Drop();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("factor", 0.5, "minimum", 1), Map.of("factor", 0.5, "minimum", 0, "by", "probability"));
    }

    @Override
    protected List<Map<String, Object>> roomyOptionSets() {
        return List.of(Map.of(), Map.of("minimum", 5));
    }

    /** Three tokens that all want expert 0, with 3/4, 9/10 and 4/5; a fourth that is padding. */
    private static float[] output(Mode mode, Map<String, Object> options) {
        float[][] tokens = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 1}};
        try (var trial = new SmallMixture(mode, 1, 2, 1, new int[] {0, 1, 2, -1}, tokens).with(new Drop(), options)) {
            trial.set("layers.0.moe.router.weight", LN3, 0, LN9, 0, LN4, 0);
            return trial.run().floats("output");
        }
    }

    @Test
    void threeWantAnExpertThatTakesTwo() {
        float[] all = {10, 0, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0};
        var tight = Map.<String, Object>of("factor", 1, "minimum", 1); // 3 / 2, rounded up
        assertArrayEquals(new float[] {10, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0}, output(Mode.TRAINING, tight), 1e-5f);
        assertArrayEquals(new float[] {0, 0, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0},
                output(Mode.TRAINING, Map.of("factor", 1, "minimum", 1, "by", "probability")), 1e-5f);
        assertArrayEquals(all, output(Mode.TRAINING, Map.of("factor", 1, "minimum", 3)), 1e-5f);
        assertArrayEquals(all, output(Mode.TRAINING, Map.of("factor", 2, "minimum", 0)), 1e-5f);
        assertArrayEquals(all, output(Mode.EVALUATION, tight), 1e-5f);
    }

    /** Each expert takes one. The second token's first choice goes before the first one's second. */
    @Test
    void firstChoicesGoFirst() {
        try (var trial = SmallMixture.twoByTwo(Mode.TRAINING, 2).with(new Drop(), Map.of("factor", 0.5, "minimum", 0))) {
            trial.set("layers.0.moe.router.weight", 0, LN3, LN4, 0);
            assertArrayEquals(new float[] {0.75f * 100, 0, 0, 0.8f * 10}, trial.run().floats("output"), 1e-4f);
        }
    }

    @Test
    void withoutABoundItIsDropless() {
        for (var by : List.of("position", "probability")) {
            Trial.assertSame(unbounded(Map.of()), unbounded(Map.of("capacity", Map.of("factor", 1e6, "by", by))), by);
        }
    }

    private static Map<String, float[]> unbounded(Map<String, Map<String, Object>> options) {
        var tokens = new float[26][5];
        for (int n = 0; n < tokens.length; n++) {
            tokens[n] = Trial.random(5, n);
        }
        var mixture = new SmallMixture(Mode.TRAINING, 2, 6, 3, new int[26], tokens);
        try (var trial = options.isEmpty() ? mixture.with(Map.of(), Map.of()) : mixture.with(Map.of("capacity", new Drop()), options)) {
            return trial.run().outputs();
        }
    }

    @Test
    void lessThanNothingIsTheUsersMistake() {
        for (var options : List.<Map<String, Object>>of(Map.of("factor", 0), Map.of("minimum", -1))) {
            assertTrue(assertThrows(UserError.class, () -> output(Mode.TRAINING, options)).getMessage().contains("factor must be"));
        }
    }
}
