package patchbay.position.learned;

import java.util.List;
import java.util.Map;
import patchbay.contract.PositionContract;
import patchbay.spi.Position;

class LearnedPositionTest extends PositionContract {

    @Override
    protected Position plugin() {
        return new LearnedPosition();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of());
    }
}
