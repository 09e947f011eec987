package patchbay.contract;

import patchbay.spi.Position;

class PlainPositionTest extends PositionContract {

    @Override
    protected Position plugin() {
        return new PlainParts.PlainPosition();
    }
}
