package patchbay.contract;

import patchbay.spi.Balancer;

class PlainBalancerTest extends BalancerContract {

    @Override
    protected Balancer plugin() {
        return new PlainParts.PlainBalancer();
    }
}
