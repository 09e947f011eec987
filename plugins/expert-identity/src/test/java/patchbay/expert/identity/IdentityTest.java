package patchbay.expert.identity;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.ExpertContract;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;

class IdentityTest extends ExpertContract {

    @Override
    protected Expert plugin() {
        return new Identity();
    }

    @Test
    void itCostsNothing() {
        var graph = new Graph();
        var rows = graph.filled(Shape.of(3, 4), 1);
        int nodes = graph.nodes().size();
        var bench = new Bench(new Building(graph, Mode.TRAINING, ModelSettings.defaults()), "e", Map.of());
        assertSame(rows, plugin().forward(bench.scope(plugin()), rows));
        assertTrue(graph.nodes().size() <= nodes + 1 && graph.variables().isEmpty());
    }
}
