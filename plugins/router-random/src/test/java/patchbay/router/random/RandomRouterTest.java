package patchbay.router.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.RouterContract;
import patchbay.contract.SmallMixture;
import patchbay.spi.Mode;
import patchbay.spi.Router;

class RandomRouterTest extends RouterContract {

    @Override
    protected Router plugin() {
        return new RandomRouter();
    }

    @Override
    protected boolean learns() {
        return false;
    }

    @Test
    void dispatchAndCombineByHand() {
        var seen = new HashSet<String>();
        try (var both = SmallMixture.twoByTwo(Mode.TRAINING, 2).with(new RandomRouter(), Map.of());
                var one = SmallMixture.twoByTwo(Mode.TRAINING, 1).with(new RandomRouter(), Map.of())) {
            for (int draw = 0; draw < 50; draw++) {
                assertArrayEquals(new float[] {55, 0, 0, 55}, both.with("draw", draw).run().floats("output"), "the mean of both");
                seen.add(Arrays.toString(one.with("draw", draw).run().floats("output")));
            }
        }
        assertEquals(new HashSet<>(List.of("[10.0, 0.0, 0.0, 10.0]", "[10.0, 0.0, 0.0, 100.0]", "[100.0, 0.0, 0.0, 10.0]",
                "[100.0, 0.0, 0.0, 100.0]")), seen);
    }

    /** 3,000 tokens over three experts: four deviations of 26 about 1,000. */
    @Test
    void everyExpertIsAsLikely() {
        for (var mode : Mode.values()) {
            try (var trial = new SmallMixture(mode, 1, 3, 1, new int[3000], new float[3000][1]).with(new RandomRouter(), Map.of())) {
                for (float count : trial.run().floats("counts")) {
                    assertEquals(1000, count, 104, "" + mode);
                }
            }
        }
    }

    @Test
    void outsideOfTrainingItIsThePositionThatCounts() {
        try (var trial = new SmallMixture(Mode.EVALUATION, 2, 8, 2, new int[] {1, 2, 3, 4, 5, 6, 7, 8}, new float[8][1])
                .with(new RandomRouter(), Map.of())) {
            var experts = trial.run().ints("experts");
            assertArrayEquals(Arrays.copyOf(experts, 8), Arrays.copyOfRange(experts, 8, 16), "two sequences");
            assertTrue(!Arrays.equals(Arrays.copyOf(experts, 2), Arrays.copyOfRange(experts, 2, 4))
                    || !Arrays.equals(Arrays.copyOf(experts, 2), Arrays.copyOfRange(experts, 4, 6)), "positions differ");
        }
    }
}
