package patchbay.expert.swiglu;

import java.util.List;
import java.util.Map;
import patchbay.contract.ExpertContract;
import patchbay.spi.Expert;

class SwiGluTest extends ExpertContract {

    @Override
    protected Expert plugin() {
        return new SwiGlu();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of());
    }
}
