package patchbay.attention.stack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.AttentionContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.spi.Attention;

class StackTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new Stack();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of("share", 0.3), Map.of("share", 1));
    }

    @Test
    void withoutAShareOfTheSecondItIsTheFirstAndWithAllTheSecond() {
        var x = Trial.random(96, 1);
        var first = output(new PlainParts.PlainAttention(), "a.first", x, Map.of());
        var second = output(new PlainParts.PlainAttention(), "a.second", x, Map.of());
        assertArrayEquals(first, output(new Stack(), x, Map.of()));
        assertArrayEquals(second, output(new Stack(), x, Map.of("share", 1)));
        assertFalse(Arrays.equals(first, second));
    }
}
