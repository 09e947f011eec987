package patchbay.router.topk;

import java.util.List;
import java.util.Map;
import patchbay.contract.RouterContract;
import patchbay.spi.Router;

/** The contract where only some groups of experts are open to a token. */
class GroupedTopKTest extends RouterContract {

    @Override
    protected Router plugin() {
        return new TopKRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of("groups", 2, "chosen-groups", 1), Map.of("groups", 3, "chosen-groups", 2, "group-score", "maximum"));
    }

    /** Three experts at least. */
    @Override
    protected List<Size> sizes() {
        return List.of(Size.of(1, 1, 1, 8, 8, 3, 1), Size.of(13, 1, 1, 12, 8, 5, 1), Size.of(1, 13, 1, 8, 8, 8, 8),
                Size.of(9, 23, 1, 13, 8, 7, 3));
    }
}
