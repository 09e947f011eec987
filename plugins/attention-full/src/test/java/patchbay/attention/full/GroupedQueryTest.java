package patchbay.attention.full;

import java.util.List;
import java.util.Map;
import patchbay.contract.AttentionContract;
import patchbay.spi.Attention;

/** Two key heads, at sizes whose heads they divide. */
class GroupedQueryTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new FullAttention();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of("key-heads", 2));
    }

    @Override
    protected List<Size> sizes() {
        return List.of(Size.of(1, 1, 2, 2, 1, 1, 1), Size.of(3, 13, 4, 12, 1, 1, 1), Size.of(1, 33, 6, 12, 1, 1, 1));
    }
}
