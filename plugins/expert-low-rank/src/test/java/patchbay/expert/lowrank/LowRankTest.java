package patchbay.expert.lowrank;

import java.util.List;
import java.util.Map;
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
import patchbay.tensor.UserError;

class LowRankTest extends ExpertContract {

    @Override
    protected Expert plugin() {
        return new LowRank();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("rank", 1));
    }

    private static Graph graph(int rank) {
        var settings = new ModelSettings(1, 2, 1, 4, 2, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(4);
        var expert = new LowRank();
        graph.output("y", expert.forward(new Bench(new Building(graph, Mode.EVALUATION, settings), "e", Map.of("rank", rank)).scope(expert),
                graph.constant(Shape.of(1, 2), 1f, 2)));
        return graph;
    }

    /** Rank 1: the gate is (1·2 + 2·1)·(1, 0) = (4, 0), up is (1 − 2)·(3, 5) = (−3, −5), down sums to (0, that). */
    @Test
    void byHand() {
        try (var trial = Trial.of(graph(1))) {
            trial.set("e.gate-left", 2, 1);
            trial.set("e.gate-right", 1, 0);
            trial.set("e.up-left", 1, -1);
            trial.set("e.up-right", 3, 5);
            trial.set("e.down-left", 1, 1);
            trial.set("e.down-right", 0, 1);
            double silu = 4 / (1 + Math.exp(-4));
            Trial.assertClose(new float[] {0, (float) (silu * -3)}, trial.run().floats("y"), 1e-5, "y");
        }
    }

    @Test
    void aRankOfNothingIsRefused() {
        Assertions.assertThrows(UserError.class, () -> graph(0));
    }
}
