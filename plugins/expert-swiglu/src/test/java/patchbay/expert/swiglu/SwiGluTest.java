package patchbay.expert.swiglu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.contract.ExpertContract;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Expert;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;

class SwiGluTest extends ExpertContract {

    @Override
    protected Expert plugin() {
        return new SwiGlu();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("gate", true));
    }

    @Test
    void theGateScalesARow() {
        var settings = new ModelSettings(1, 2, 1, 4, 3, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(4);
        var building = new Building(graph, Mode.EVALUATION, settings);
        var expert = new SwiGlu();
        var x = graph.constant(Shape.of(2, 2), 1f, 2, -1, 0);
        graph.output("plain", expert.forward(new Bench(building, "e", Map.of()).scope(expert), x));
        graph.output("gated", expert.forward(new Bench(building, "e", Map.of("gate", true)).scope(expert), x));
        try (var trial = Trial.of(graph)) {
            trial.set("e.output-gate", (float) Math.log(3), 0);
            trial.run();
            var plain = trial.floats("plain");
            Trial.assertClose(new float[] {plain[0] * 0.75f, plain[1] * 0.75f, plain[2] * 0.25f, plain[3] * 0.25f},
                    trial.floats("gated"), 1e-6, "σ(ln 3) and σ(−ln 3)");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "13, 6, 5", "3, 13, 207"})
    void valuesAreThoseOfALoop(int rows, int dim, int hidden) {
        var settings = new ModelSettings(1, dim, 1, 4, hidden, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(4);
        var expert = new SwiGlu();
        var x = Trial.random(rows * dim, 1);
        graph.output("y", expert.forward(new Bench(new Building(graph, Mode.EVALUATION, settings), "e", Map.of()).scope(expert),
                graph.constant(Shape.of(rows, dim), x)));
        try (var trial = Trial.of(graph).run()) {
            assertEquals(Set.of("e.gate", "e.up", "e.down"), trial.variables().names());
            var gate = trial.variable("e.gate");
            var up = trial.variable("e.up");
            var down = trial.variable("e.down");
            var expected = new float[rows * dim];
            for (int r = 0; r < rows; r++) {
                for (int h = 0; h < hidden; h++) {
                    double g = 0, u = 0;
                    for (int d = 0; d < dim; d++) {
                        g += x[r * dim + d] * gate[d * hidden + h];
                        u += x[r * dim + d] * up[d * hidden + h];
                    }
                    double inner = g / (1 + Math.exp(-g)) * u;
                    for (int d = 0; d < dim; d++) {
                        expected[r * dim + d] += (float) (inner * down[h * dim + d]);
                    }
                }
            }
            Trial.assertClose(expected, trial.floats("y"), 1e-5, rows + " rows");
        }
    }
}
