package patchbay.balancer.lossfree;

import java.util.List;
import java.util.Map;
import patchbay.contract.BalancerContract;
import patchbay.spi.Balancer;

class LossFreeTest extends BalancerContract {

    @Override
    protected Balancer plugin() {
        return new LossFree();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("rate", 0.5));
    }
}
