package patchbay.router.topk;

import java.util.List;
import java.util.Map;
import patchbay.contract.RouterContract;
import patchbay.spi.Router;

class TopKRouterTest extends RouterContract {

    @Override
    protected Router plugin() {
        return new TopKRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("softmax", "before"), Map.of("gate", "sigmoid"), Map.of("noisy", true));
    }
}
