package patchbay.position.none;

import patchbay.contract.PositionContract;
import patchbay.spi.Position;

class NoPositionTest extends PositionContract {

    @Override
    protected Position plugin() {
        return new NoPosition();
    }
}
