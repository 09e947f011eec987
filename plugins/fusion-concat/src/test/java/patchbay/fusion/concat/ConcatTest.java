package patchbay.fusion.concat;

import patchbay.contract.FusionContract;
import patchbay.spi.Fusion;

class ConcatTest extends FusionContract {

    @Override
    protected Fusion plugin() {
        return new Concat();
    }
}
