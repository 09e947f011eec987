package patchbay.router.taskbiased;

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

class TaskBiasedRouterTest extends RouterContract {

    @Override
    protected Router plugin() {
        return new TaskBiasedRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("domains", 3));
    }

    private static Trial twoByTwo(Router router, int k, Map<String, Object> options) {
        var trial = SmallMixture.twoByTwo(Mode.TRAINING, k).with(router, options);
        trial.set("layers.0.moe.router.weight", 0, (float) Math.log(3), (float) Math.log(4), 0);
        return trial;
    }

    /** Domain 1 adds ln 9 to the score of expert 0. */
    private static float[] output(int k, int... domains) {
        try (var trial = twoByTwo(new TaskBiasedRouter(), k, Map.of("domains", 2))) {
            trial.set("layers.0.moe.router.bias", 0, 0, (float) Math.log(9), 0);
            return trial.with("domains", domains).run().floats("output");
        }
    }

    @Test
    void dispatchAndCombineByHand() {
        assertArrayEquals(new float[] {100, 0, 0, 10}, output(1, 0, 0), 1e-4f);
        assertArrayEquals(new float[] {10, 0, 0, 10}, output(1, 1, 1), 1e-4f);
        assertArrayEquals(new float[] {0.75f * 10 + 0.25f * 100, 0, 0, 0.8f * 10 + 0.2f * 100}, output(2, 1, 0), 1e-4f);
        assertArrayEquals(new float[] {0.75f * 100 + 0.25f * 10, 0, 0, 36f / 37 * 10 + 1f / 37 * 100}, output(2, 0, 1), 1e-4f);
    }

    @Test
    void anUnknownDomainAddsNothing() {
        assertArrayEquals(output(2, 0, 0), output(2, -1, 2));
    }

    @Test
    void atFirstItIsItsLinearGate() {
        try (var biased = twoByTwo(new TaskBiasedRouter(), 2, Map.of()); var plain = twoByTwo(new PlainParts.PlainRouter(), 2, Map.of())) {
            assertArrayEquals(plain.run().floats("output"), biased.with("domains", 3, 44).run().floats("output"));
        }
    }

    @Test
    void noDomainsAtAllIsTheUsersMistake() {
        var error = assertThrows(UserError.class, () -> twoByTwo(new TaskBiasedRouter(), 1, Map.of("domains", 0)));
        assertTrue(error.getMessage().contains("domains"), error.getMessage());
    }
}
