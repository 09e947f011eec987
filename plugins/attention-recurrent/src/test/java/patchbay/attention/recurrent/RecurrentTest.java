package patchbay.attention.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.AttentionContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Attention;
import patchbay.spi.Mode;
import patchbay.tensor.Gradients;
import patchbay.tensor.Graph;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

class RecurrentTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new Recurrent();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("segment", 4, "frequencies", 3));
    }

    /** In one segment: no gradient passes to what is remembered, though a small step does. */
    @Override
    protected List<Map<String, Object>> smoothOptionSets() {
        return List.of(Map.of("segment", 128, "frequencies", 3));
    }

    private static final int TIME = 11;
    private static final int SEGMENT = 4;
    private static final int FREQUENCIES = 3;
    private static final int DIM = 8;
    private static final int HEADS = 2;

    private static Tensor built(Graph graph) {
        var settings = new ModelSettings(1, DIM, HEADS, TIME, 3, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var bench = new Bench(new Building(graph, Mode.TRAINING, settings), "a", Map.of("segment", SEGMENT, "frequencies", FREQUENCIES));
        var plugin = new Recurrent();
        return plugin.forward(bench.scope(plugin, new PlainParts.PlainPosition()), graph.input("x", TensorType.f32(1, TIME, DIM)));
    }

    /** Section 3.3's scores, one by one. */
    @Test
    void asThePaperHasIt() {
        var graph = new Graph(4);
        graph.output("y", built(graph));
        var x = Trial.random(TIME * DIM, 1);
        try (var trial = Trial.of(graph).with("x", x)) {
            for (var name : List.of("a.content-bias", "a.position-bias")) {
                trial.set(name, Trial.random(DIM, name.length()));
            }
            Trial.assertClose(plain(trial, x), trial.run().floats("y"), 1e-5, "by the paper's equation");
        }
    }

    private static float[] plain(Trial trial, float[] x) {
        var q = product(x, trial.variable("a.query"));
        var k = product(x, trial.variable("a.key"));
        var v = product(x, trial.variable("a.value"));
        var u = trial.variable("a.content-bias");
        var w = trial.variable("a.position-bias");
        var position = trial.variable("a.position"); // [H, d, 2F]
        int d = DIM / HEADS;
        var mixed = new float[TIME * DIM];
        for (int h = 0; h < HEADS; h++) {
            for (int i = 0; i < TIME; i++) {
                int first = Math.max(0, i / SEGMENT - 1) * SEGMENT;
                double total = 0;
                var sum = new double[d];
                for (int j = first; j <= i; j++) {
                    double score = 0;
                    for (int c = 0; c < d; c++) {
                        double query = q[i * DIM + h * d + c];
                        score += (query + u[h * d + c]) * k[j * DIM + h * d + c];
                        for (int m = 0; m < FREQUENCIES; m++) {
                            double angle = (i - j) * Math.pow(10_000, -(double) m / FREQUENCIES);
                            int at = (h * d + c) * 2 * FREQUENCIES + m;
                            score += (query + w[h * d + c]) * (position[at] * Math.sin(angle) + position[at + FREQUENCIES] * Math.cos(angle));
                        }
                    }
                    double weight = Math.exp(score / Math.sqrt(d));
                    total += weight;
                    for (int c = 0; c < d; c++) {
                        sum[c] += weight * v[j * DIM + h * d + c];
                    }
                }
                for (int c = 0; c < d; c++) {
                    mixed[i * DIM + h * d + c] = (float) (sum[c] / total);
                }
            }
        }
        return product(mixed, trial.variable("a.output"));
    }

    private static float[] product(float[] x, float[] matrix) {
        var y = new float[TIME * DIM];
        for (int i = 0; i < TIME; i++) {
            for (int out = 0; out < DIM; out++) {
                for (int in = 0; in < DIM; in++) {
                    y[i * DIM + out] += x[i * DIM + in] * matrix[in * DIM + out];
                }
            }
        }
        return y;
    }

    /** Tokens of the segment before have an effect and no gradient; those of the segment itself have both. */
    @Test
    void noGradientPassesToTheSegmentBefore() {
        var graph = new Graph(4);
        var last = built(graph).slice(1, TIME - 1, TIME).square().sum();
        graph.output("gradient", Gradients.of(last, List.of(graph.inputs().get("x"))).getFirst());
        graph.output("last", last);
        var x = Trial.random(TIME * DIM, 1);
        try (var trial = Trial.of(graph).with("x", x).run()) {
            var gradient = trial.floats("gradient");
            float before = trial.floats("last")[0];
            for (int t = 0; t < TIME; t++) {
                boolean own = t >= TIME / SEGMENT * SEGMENT;
                assertTrue(own == (gradient[t * DIM] != 0), "token " + t);
            }
            x[(TIME - SEGMENT - 1) * DIM] += 1;
            assertNotEquals(before, trial.with("x", x).run().floats("last")[0], "it is remembered");
            x[0] += 1;
            float after = trial.floats("last")[0];
            assertEquals(after, trial.with("x", x).run().floats("last")[0], "it is two segments back");
        }
    }

    @Test
    void noSegmentIsTheUsersMistake() {
        var error = assertThrows(UserError.class, () -> output(new Recurrent(), Trial.random(96, 1), Map.of("segment", 0)));
        assertTrue(error.getMessage().contains("segment is 0"), error.getMessage());
    }
}
