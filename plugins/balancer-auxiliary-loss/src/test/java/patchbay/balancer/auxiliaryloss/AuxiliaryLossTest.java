package patchbay.balancer.auxiliaryloss;

import java.util.List;
import java.util.Map;
import patchbay.contract.BalancerContract;
import patchbay.spi.Balancer;

class AuxiliaryLossTest extends BalancerContract {

    @Override
    protected Balancer plugin() {
        return new AuxiliaryLoss();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("coefficient", 1));
    }
}
