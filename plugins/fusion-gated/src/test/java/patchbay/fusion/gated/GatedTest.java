package patchbay.fusion.gated;

import patchbay.contract.FusionContract;
import patchbay.spi.Fusion;

class GatedTest extends FusionContract {

    @Override
    protected Fusion plugin() {
        return new Gated();
    }
}
