package patchbay.attention.slidingwindow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.AttentionContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.spi.Attention;
import patchbay.tensor.UserError;

class SlidingWindowTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new SlidingWindow();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("window", 3), Map.of("window", 3, "dilation", 2, "key-heads", 1));
    }

    @Test
    void aWindowAsLongAsTheTextIsFullAttention() {
        var x = Trial.random(96, 1);
        assertArrayEquals(output(new PlainParts.PlainAttention(), x, Map.of()), output(new SlidingWindow(), x, Map.of("window", 12)), 1e-6f);
    }

    /** What token 11 sees: 11, 9 and 7 with a window of three, two apart. */
    @Test
    void whatIsSeen() {
        var x = Trial.random(96, 1);
        var options = Map.<String, Object>of("window", 3, "dilation", 2);
        var before = Arrays.copyOfRange(output(new SlidingWindow(), x, options), 88, 96);
        for (int token = 0; token < 11; token++) {
            var changed = x.clone();
            changed[8 * token] += 1;
            var after = Arrays.copyOfRange(output(new SlidingWindow(), changed, options), 88, 96);
            if (token == 9 || token == 7) {
                assertFalse(Arrays.equals(before, after), "token " + token);
            } else {
                assertArrayEquals(before, after, 1e-7f, "token " + token);
            }
        }
    }

    @Test
    void noWindowIsTheUsersMistake() {
        var error = assertThrows(UserError.class, () -> output(new SlidingWindow(), Trial.random(96, 1), Map.of("window", 0)));
        assertTrue(error.getMessage().contains("window is 0"), error.getMessage());
    }
}
