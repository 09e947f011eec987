package patchbay.capacity.dropless;

import patchbay.contract.CapacityContract;
import patchbay.spi.Capacity;

class DroplessTest extends CapacityContract {

    @Override
    protected Capacity plugin() {
        return new Dropless();
    }
}
