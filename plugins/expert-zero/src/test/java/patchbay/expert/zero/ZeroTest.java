package patchbay.expert.zero;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import patchbay.tensor.TensorType;
import patchbay.tensor.reference.ReferenceEngine;

class ZeroTest extends ExpertContract {

    @Override
    protected Expert plugin() {
        return new Zero();
    }

    @Override
    protected boolean learns() {
        return false;
    }

    /** Also of what is no number. */
    @Test
    void nothingComesOutAndNothingIsLearnt() {
        var graph = new Graph();
        var rows = graph.input("rows", TensorType.f32(Shape.of(3, 4)));
        var bench = new Bench(new Building(graph, Mode.TRAINING, ModelSettings.defaults()), "e", Map.of());
        graph.output("out", plugin().forward(bench.scope(plugin()), rows));
        assertTrue(graph.variables().isEmpty());
        var engine = new ReferenceEngine();
        try (var program = engine.compile(graph, engine.variables())) {
            program.write("rows", new float[] {1, -2, 3, Float.NaN, 1, 1, 1, 1, Float.POSITIVE_INFINITY, 0, 0, 0});
            program.run();
            assertArrayEquals(new float[12], program.floats("out"));
        }
    }
}
