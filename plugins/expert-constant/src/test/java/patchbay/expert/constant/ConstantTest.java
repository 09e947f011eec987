package patchbay.expert.constant;

import java.util.List;
import java.util.Map;
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

class ConstantTest extends ExpertContract {

    @Override
    protected Expert plugin() {
        return new Constant();
    }

    /** x = (4, 8) and v = (100, 200), shares 3/4 and 1/4. */
    @Test
    void byHand() {
        var settings = new ModelSettings(1, 2, 1, 4, 2, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(4);
        var expert = new Constant();
        graph.output("y", expert.forward(new Bench(new Building(graph, Mode.EVALUATION, settings), "e", Map.of()).scope(expert),
                graph.constant(Shape.of(1, 2), 4f, 8)));
        try (var trial = Trial.of(graph)) {
            trial.set("e.shares", (float) Math.log(3) / 4, 0, 0, 0);
            trial.set("e.vector", 100, 200);
            Trial.assertClose(new float[] {3 + 25, 6 + 50}, trial.run().floats("y"), 1e-5, "y");
        }
    }
}
