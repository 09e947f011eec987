package patchbay.attention.full;

import java.util.List;
import java.util.Map;
import patchbay.contract.AttentionContract;
import patchbay.spi.Attention;

class FullAttentionTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new FullAttention();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("key-heads", 1));
    }
}
