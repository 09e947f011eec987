package patchbay.contract;

import patchbay.spi.Attention;

class PlainAttentionTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new PlainParts.PlainAttention();
    }
}
