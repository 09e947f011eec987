package patchbay.fusion.crossattention;

import patchbay.contract.FusionContract;
import patchbay.spi.Fusion;

class CrossAttentionTest extends FusionContract {

    @Override
    protected Fusion plugin() {
        return new CrossAttention();
    }
}
