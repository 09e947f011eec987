package patchbay.attention.decay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.AttentionContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.spi.Attention;

class DecayTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new Decay();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("rate", 0.5, "learnt", false), Map.of("rate", 0, "key-heads", 1));
    }

    @Test
    void withoutARateItIsFullAttention() {
        var x = Trial.random(96, 1);
        assertArrayEquals(output(new PlainParts.PlainAttention(), x, Map.of()), output(new Decay(), x, Map.of("rate", 0)));
    }

    /** A steep fall leaves a token itself alone. */
    @Test
    void whatIsFarCountsLittle() {
        var x = Trial.random(96, 1);
        var changed = x.clone();
        changed[8 * 9] += 1; // two before the last
        double gentle = difference(output(new Decay(), x, Map.of("rate", 0.1)), output(new Decay(), changed, Map.of("rate", 0.1)));
        double steep = difference(output(new Decay(), x, Map.of("rate", 5)), output(new Decay(), changed, Map.of("rate", 5)));
        assertTrue(gentle > 1e-3 && steep < gentle / 100, gentle + " and " + steep);
    }

    private static double difference(float[] a, float[] b) {
        double most = 0;
        for (int i = 88; i < 96; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]));
        }
        return most;
    }
}
