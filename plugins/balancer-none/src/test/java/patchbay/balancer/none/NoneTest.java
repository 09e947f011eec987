package patchbay.balancer.none;

import patchbay.contract.BalancerContract;
import patchbay.spi.Balancer;

class NoneTest extends BalancerContract {

    @Override
    protected Balancer plugin() {
        return new None();
    }
}
