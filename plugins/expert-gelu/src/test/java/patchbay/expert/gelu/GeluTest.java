package patchbay.expert.gelu;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import patchbay.contract.ExpertContract;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;

class GeluTest extends ExpertContract {

    @Override
    protected Expert plugin() {
        return new Gelu();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("bias", false), Map.of("tanh", true));
    }

    /** One inner unit: x = (2, 3), A = (1, −1), a = 2: gelu(1) = Φ(1) = 0.841345; B = (10, 100), b = (0.5, 0). */
    @Test
    void byHand() {
        var settings = new ModelSettings(1, 2, 1, 4, 1, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(4);
        var expert = new Gelu();
        graph.output("y", expert.forward(new Bench(new Building(graph, Mode.EVALUATION, settings), "e", Map.of()).scope(expert),
                graph.constant(Shape.of(1, 2), 2f, 3)));
        try (var trial = Trial.of(graph)) {
            Assertions.assertEquals(Set.of("e.up", "e.up-bias", "e.down", "e.down-bias"), trial.variables().names());
            trial.set("e.up", 1, -1);
            trial.set("e.up-bias", 2);
            trial.set("e.down", 10, 100);
            trial.set("e.down-bias", 0.5f, 0);
            Trial.assertClose(new float[] {8.91345f, 84.1345f}, trial.run().floats("y"), 1e-5, "y");
        }
    }
}
