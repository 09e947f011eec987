package patchbay.router.hash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import patchbay.contract.RouterContract;
import patchbay.contract.SmallMixture;
import patchbay.spi.Mode;
import patchbay.spi.Router;
import patchbay.tensor.UserError;

class HashRouterTest extends RouterContract {

    @Override
    protected Router plugin() {
        return new HashRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("rows", 7));
    }

    @Override
    protected boolean learns() {
        return false;
    }

    private static float[] output(int k, int... ids) {
        var mixture = new SmallMixture(Mode.TRAINING, 1, 2, k, ids, new float[][] {{1, 0}, {0, 1}});
        try (var trial = mixture.with(new HashRouter(), Map.of("rows", 2))) {
            assertEquals(0, trial.graph().parameters().keySet().stream().filter(name -> name.contains("router")).count());
            trial.set("layers.0.moe.router.table", -0.4f, 0.4f, 0.3f, -0.3f);
            return trial.run().floats("output");
        }
    }

    @Test
    void dispatchAndCombineByHand() {
        assertArrayEquals(new float[] {100, 0, 0, 10}, output(1, 0, 1));
        assertArrayEquals(new float[] {10, 0, 0, 100}, output(1, 1, 0));
        assertArrayEquals(new float[] {100, 0, 0, 10}, output(1, 6, 3), "by the remainder");
        assertArrayEquals(new float[] {100, 0, 0, 0}, output(1, 0, -1), "padding");
        assertArrayEquals(new float[] {55, 0, 0, 55}, output(2, 0, 1));
    }

    /** Of 3,000 ids 1,000 want each of three experts, give or take four deviations of 26. */
    @Test
    void idsAreSpreadEvenly() {
        var tokens = new float[3000][1];
        var mixture = new SmallMixture(Mode.EVALUATION, 1, 3, 1, IntStream.range(0, 3000).toArray(), tokens);
        try (var trial = mixture.with(new HashRouter(), Map.of())) {
            for (float count : trial.run().floats("counts")) {
                assertEquals(1000, count, 104);
            }
        }
    }

    @Test
    void aTableWithoutRowsIsTheUsersMistake() {
        var error = assertThrows(UserError.class, () -> SmallMixture.twoByTwo(Mode.EVALUATION, 1).with(new HashRouter(), Map.of("rows", 0)));
        assertTrue(error.getMessage().contains("rows"), error.getMessage());
    }
}
