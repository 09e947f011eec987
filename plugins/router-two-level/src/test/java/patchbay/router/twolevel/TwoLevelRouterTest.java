package patchbay.router.twolevel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.PlainParts;
import patchbay.contract.RouterContract;
import patchbay.contract.SmallMixture;
import patchbay.contract.Trial;
import patchbay.spi.Mode;
import patchbay.spi.Router;
import patchbay.tensor.UserError;

class TwoLevelRouterTest extends RouterContract {

    private static final String ROUTER = "layers.0.moe.router.";
    private static final float LN3 = (float) Math.log(3);
    private static final float LN4 = (float) Math.log(4);
    private static final float LN9 = (float) Math.log(9);

    @Override
    protected Router plugin() {
        return new TwoLevelRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("candidates", 1), Map.of("candidates", 5, "width", 3, "heads", 3));
    }

    /** With others a small step changes which of the candidates are taken. */
    @Override
    protected List<Map<String, Object>> smoothOptionSets() {
        return List.of(Map.of(), Map.of("width", 3, "heads", 3));
    }

    @Override
    protected Reach reach(Map<String, Object> options) {
        return Reach.PAST;
    }

    private static Trial twoByTwo(Router router, int k, Map<String, Object> options) {
        var trial = SmallMixture.twoByTwo(Mode.EVALUATION, k).with(router, options);
        trial.set(ROUTER + "weight", 0, LN3, LN4, 0);
        return trial;
    }

    /**
     * All queries are 0, so the second token attends to both evenly, and what it reads is (1/2, 1/2); the first reads (1, 0). The
     * first place adds ln 9 to expert 0's score.
     */
    private static float[] output(int k, int candidates) {
        try (var trial = twoByTwo(new TwoLevelRouter(), k, Map.of("candidates", candidates, "width", 2, "heads", 1))) {
            trial.set(ROUTER + "query", 0, 0, 0, 0);
            trial.set(ROUTER + "latent", 1, 0, 0, 1);
            trial.set(ROUTER + "fine", LN9, 0, 0, 0);
            return trial.run().floats("output");
        }
    }

    @Test
    void dispatchAndCombineByHand() {
        assertArrayEquals(new float[] {0.75f * 10 + 0.25f * 100, 0, 0, 12f / 13 * 10 + 1f / 13 * 100}, output(2, 2), 1e-4f);
        assertArrayEquals(new float[] {10, 0, 0, 10}, output(1, 2), 1e-4f);
        assertArrayEquals(new float[] {100, 0, 0, 10}, output(1, 1), "the coarse gate's choice");
        assertArrayEquals(new float[] {100, 0, 0, 10}, output(2, 1), "the second place stays empty");
    }

    @Test
    void withOneCandidateItIsItsCoarseGate() {
        for (int k : new int[] {1, 2}) {
            var tokens = new float[26][5];
            for (int n = 0; n < tokens.length; n++) {
                tokens[n] = Trial.random(5, n);
            }
            var fine = new SmallMixture(Mode.TRAINING, 2, 6, k, new int[26], tokens).with(new TwoLevelRouter(), Map.of("candidates", 1));
            var coarse = new SmallMixture(Mode.TRAINING, 2, 6, 1, new int[26], tokens).with(new PlainParts.PlainRouter(), Map.of());
            try (fine; coarse) {
                coarse.set(ROUTER + "weight", fine.variable(ROUTER + "weight"));
                fine.set(ROUTER + "fine", Trial.random(16 * 6, 5));
                assertArrayEquals(coarse.run().floats("output"), fine.run().floats("output"));
            }
        }
    }

    @Test
    void itStartsAsItsCoarseGate() {
        try (var fine = twoByTwo(new TwoLevelRouter(), 2, Map.of()); var coarse = twoByTwo(new PlainParts.PlainRouter(), 2, Map.of())) {
            Trial.assertClose(coarse.run().floats("output"), fine.run().floats("output"), 1e-6, "output");
        }
    }

    @Test
    void whatDoesNotFitIsTheUsersMistake() {
        for (var options : List.<Map<String, Object>>of(Map.of("candidates", 0), Map.of("heads", 0), Map.of("width", 0))) {
            var error = assertThrows(UserError.class, () -> twoByTwo(new TwoLevelRouter(), 1, options));
            assertTrue(error.getMessage().contains("must be at least 1"), error.getMessage());
        }
    }
}
