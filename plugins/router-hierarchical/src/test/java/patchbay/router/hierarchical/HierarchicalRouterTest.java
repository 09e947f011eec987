package patchbay.router.hierarchical;

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

class HierarchicalRouterTest extends RouterContract {

    private static final float LN2 = (float) Math.log(2);
    private static final float LN3 = (float) Math.log(3);
    private static final float LN4 = (float) Math.log(4);

    @Override
    protected Router plugin() {
        return new HierarchicalRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("general", 0, "groups", 2, "chosen-groups", 2));
    }

    /** Two choices at least, for a general expert and one more. */
    @Override
    protected List<Size> sizes() {
        return List.of(Size.of(1, 1, 1, 8, 8, 3, 2), Size.of(13, 1, 1, 12, 8, 5, 2), Size.of(1, 13, 1, 8, 8, 8, 7),
                Size.of(9, 23, 1, 13, 8, 7, 3));
    }

    private static Trial twoByTwo(int k, Map<String, Object> options) {
        return SmallMixture.twoByTwo(Mode.EVALUATION, k).with(new HierarchicalRouter(), options);
    }

    @Test
    void dispatchAndCombineByHand() {
        try (var trial = twoByTwo(1, Map.of("general", 0))) { // two groups of one
            trial.set("layers.0.moe.router.primary", 0, LN3, LN4, 0);
            assertArrayEquals(new float[] {0.75f * 100, 0, 0, 0.8f * 10}, trial.run().floats("output"), 1e-4f);
        }
        try (var trial = twoByTwo(1, Map.of("general", 0, "groups", 1))) { // one group of two
            trial.set("layers.0.moe.router.secondary", 0, LN3, LN4, 0);
            assertArrayEquals(new float[] {0.75f * 100, 0, 0, 0.8f * 10}, trial.run().floats("output"), 1e-4f);
        }
        try (var trial = twoByTwo(2, Map.of("groups", 1))) { // a general one beside a group of one
            assertArrayEquals(new float[] {110, 0, 0, 110}, trial.run().floats("output"), 1e-4f);
        }
    }

    private static Trial five(int k, Map<String, Object> options) {
        var mixture = new SmallMixture(Mode.EVALUATION, 1, 5, k, new int[] {0, 1}, new float[][] {{1, 0}, {0, 1}});
        var trial = mixture.with(new HierarchicalRouter(), options);
        trial.set("layers.0.moe.router.primary", 0, LN3, LN4, 0);
        trial.set("layers.0.moe.router.secondary", 10, 0, 0, LN2, LN3, 0, 10, 0);
        return trial.run();
    }

    /** Expert 0 is general, 1 and 2 are one group, 3 and 4 the other. */
    @Test
    void fiveExpertsByHand() {
        try (var trial = five(2, Map.of())) {
            assertArrayEquals(new int[] {0, 4, 0, 1}, trial.ints("experts"), "experts 1 and 3 score more, but not in the better group");
            assertArrayEquals(new float[] {1, 0.75f * 2 / 3, 1, 0.8f * 3 / 4}, trial.floats("weights"), 1e-5f);
            assertArrayEquals(new float[] {10 + 0.5f * 1e5f, 0, 0, 10 + 0.6f * 100}, trial.floats("output"), 0.1f);
        }
        try (var trial = five(4, Map.of("chosen-groups", 2))) {
            assertArrayEquals(new int[] {0, 4, 3, 1, 0, 1, 2, 3}, trial.ints("experts"), "the better group has two of three");
        }
        try (var trial = five(4, Map.of())) {
            assertArrayEquals(new int[] {0, 4, 3, -1, 0, 1, 2, -1}, trial.ints("experts"), "a group of two has no third");
        }
    }

    @Test
    void whatDoesNotFitIsTheUsersMistake() {
        for (var options : List.<Map<String, Object>>of(Map.of("general", 2), Map.of("groups", 3, "general", 0), Map.of("groups", 0),
                Map.of("groups", 1, "chosen-groups", 2))) {
            var error = assertThrows(UserError.class, () -> twoByTwo(2, options));
            assertTrue(error.getMessage().contains("must be from"), error.getMessage());
        }
    }
}
