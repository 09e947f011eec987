package patchbay.router.expertchoice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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

class ExpertChoiceRouterTest extends RouterContract {

    @Override
    protected Router plugin() {
        return new ExpertChoiceRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("factor", 0.5), Map.of("among", "batch", "factor", 2));
    }

    /** With others a small step changes whom a layer's experts choose. */
    @Override
    protected List<Map<String, Object>> smoothOptionSets() {
        return List.of(Map.of("factor", 8), Map.of("among", "batch", "factor", 8));
    }

    @Override
    protected Reach reach(Map<String, Object> options) {
        return options.containsKey("among") ? Reach.BATCH : Reach.SEQUENCE;
    }

    /** S is (1/4, 3/4) of the first token and (4/5, 1/5) of the second. */
    private static Trial twoByTwo(int k, Map<String, Object> options) {
        var trial = SmallMixture.twoByTwo(Mode.TRAINING, k).with(new ExpertChoiceRouter(), options);
        trial.set("layers.0.moe.router.weight", 0, (float) Math.log(3), (float) Math.log(4), 0);
        return trial.run();
    }

    @Test
    void dispatchAndCombineByHand() {
        try (var trial = twoByTwo(1, Map.of())) {
            assertArrayEquals(new int[] {1, 0}, trial.ints("tokens"));
            assertArrayEquals(new float[] {0.75f * 100, 0, 0, 0.8f * 10}, trial.floats("output"), 1e-4f);
        }
        try (var trial = twoByTwo(1, Map.of("factor", 2))) {
            assertArrayEquals(new int[] {1, 0, 0, 1}, trial.ints("tokens"));
            assertArrayEquals(new float[] {0.25f * 10 + 0.75f * 100, 0, 0, 0.8f * 10 + 0.2f * 100}, trial.floats("output"), 1e-4f);
        }
    }

    /** Two sequences of three tokens, of which the last is padding in the second; two experts, one choice a token. */
    private static int[] taken(Map<String, Object> options) {
        float[][] tokens = {{3}, {2}, {1}, {6}, {-5}, {9}};
        try (var trial = new SmallMixture(Mode.TRAINING, 2, 2, 1, new int[] {1, 1, 1, 1, 1, -1}, tokens).with(new ExpertChoiceRouter(), options)) {
            trial.set("layers.0.moe.router.weight", 1, 0);
            return trial.run().ints("tokens");
        }
    }

    @Test
    void eachSequenceIsServedAndPaddingIsNot() {
        assertArrayEquals(new int[] {0, 1, 3, -1, 2, 1, 4, -1}, taken(Map.of()), "two of three, one of two");
        assertArrayEquals(new int[] {3, 0, 1, 4, 2, 1}, taken(Map.of("among", "batch")), "three of five, rounded up");
    }

    @Test
    void aFactorOfZeroIsTheUsersMistake() {
        assertTrue(assertThrows(UserError.class, () -> twoByTwo(1, Map.of("factor", 0))).getMessage().contains("factor"));
    }
}
