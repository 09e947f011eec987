package patchbay.position.rope;

import java.util.List;
import java.util.Map;
import patchbay.contract.PositionContract;
import patchbay.spi.Position;

class RotaryPositionTest extends PositionContract {

    @Override
    protected Position plugin() {
        return new RotaryPosition();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("base", 100));
    }
}
