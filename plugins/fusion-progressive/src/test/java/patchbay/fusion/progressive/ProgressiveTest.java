package patchbay.fusion.progressive;

import patchbay.contract.FusionContract;
import patchbay.spi.Fusion;

class ProgressiveTest extends FusionContract {

    @Override
    protected Fusion plugin() {
        return new Progressive();
    }
}
