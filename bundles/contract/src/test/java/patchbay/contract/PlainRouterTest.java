package patchbay.contract;

import patchbay.spi.Router;

class PlainRouterTest extends RouterContract {

    @Override
    protected Router plugin() {
        return new PlainParts.PlainRouter();
    }
}
