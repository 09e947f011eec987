package patchbay.attention.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.AttentionContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.spi.Attention;
import patchbay.tensor.UserError;

class MemoryAttentionTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new MemoryAttention();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("exact", 3, "key-heads", 1),
                Map.of("recent", 5, "exact", 2, "shift", 3),
                Map.of("shift", 2, "successor", true));
    }

    @Test
    void aTextThatIsAllRecentIsSeenAsByFullAttention() {
        var x = Trial.random(96, 1);
        var full = output(new PlainParts.PlainAttention(), x, Map.of());
        assertArrayEquals(full, output(new MemoryAttention(), x, Map.of("recent", 12)), 1e-6f);
        // without positions it makes no difference where what is far stands
        assertArrayEquals(full, output(new MemoryAttention(), x, Map.of("recent", 12, "exact", 5)), 1e-6f);
    }

    @Test
    void whatIsNoLongerRecentIsNotSeen() {
        var x = Trial.random(96, 1);
        var windowed = output(new MemoryAttention(), x, Map.of("recent", 4));
        assertArrayEquals(windowed, output(new MemoryAttention(), x, Map.of("recent", 4, "exact", 2)), 1e-6f);
        x[0] += 1;
        var changed = output(new MemoryAttention(), x, Map.of("recent", 4));
        assertArrayEquals(java.util.Arrays.copyOfRange(windowed, 32, 96), java.util.Arrays.copyOfRange(changed, 32, 96), 1e-7f);
    }

    @Test
    void noRoomIsTheUsersMistake() {
        var error = assertThrows(UserError.class, () -> output(new MemoryAttention(), Trial.random(96, 1), Map.of("recent", 0)));
        assertTrue(error.getMessage().contains("recent is 0"), error.getMessage());
    }
}
