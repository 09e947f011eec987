package patchbay.position.learned;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.PositionContract;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Mode;
import patchbay.spi.Position;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;

class LearnedPositionTest extends PositionContract {

    @Override
    protected Position plugin() {
        return new LearnedPosition();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of());
    }

    @Test
    void aRowOfTheTableIsAddedForEachPosition() {
        var settings = new ModelSettings(1, 3, 1, 9, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph();
        var position = new LearnedPosition();
        var scope = new Bench(new Building(graph, Mode.DECODING, settings), "p", Map.of()).scope(position);
        graph.output("embedded", position.embed(scope, graph.input("x", TensorType.f32(2, 4, 3))));
        try (var trial = Trial.of(graph)) {
            assertEquals(Shape.of(9, 3), trial.variables().type("p.table").shape());
            var table = Trial.random(27, 2);
            trial.set("p.table", table);
            var x = Trial.random(24, 1);
            for (int start : new int[] {0, 5}) {
                var expected = x.clone();
                for (int i = 0; i < expected.length; i++) {
                    expected[i] += table[(start + i / 3 % 4) * 3 + i % 3];
                }
                Trial.assertClose(expected, trial.with("x", x).with("start", start).run().floats("embedded"), 1e-6, "from " + start);
            }
        }
    }
}
