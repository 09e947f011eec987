package patchbay.router.cosine;

import java.util.List;
import java.util.Map;
import patchbay.contract.RouterContract;
import patchbay.spi.Router;

class CosineRouterTest extends RouterContract {

    @Override
    protected Router plugin() {
        return new CosineRouter();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("projection", 3, "temperature", 0.07), Map.of("learnable", false));
    }
}
