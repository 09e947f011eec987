package patchbay.attention.full;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.contract.AttentionContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Attention;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

class FullAttentionTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new FullAttention();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("key-heads", 1), Map.of("query-key-norm", true, "soft-cap", 1.5, "sink", true));
    }

    private static final ModelSettings SETTINGS =
            new ModelSettings(1, 12, 4, 16, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
    private static final int HEAD = 3;

    private static Trial trial(int keyHeads) {
        var graph = new Graph(4);
        var attention = new FullAttention();
        var bench = new Bench(new Building(graph, Mode.EVALUATION, SETTINGS), "a", Map.of("key-heads", keyHeads));
        graph.output("y", attention.forward(bench.scope(attention, new PlainParts.PlainPosition()), graph.constant(Shape.of(2, 7, 12), Trial.random(168, 1))));
        return Trial.of(graph).run();
    }

    /** Fewer key heads are many of which those of a group are the same; one key head is multi-query. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void groupsShareTheirKeysAndValues(int keyHeads) {
        try (var grouped = trial(keyHeads); var full = trial(0)) {
            assertEquals(Shape.of(12, keyHeads * HEAD), grouped.variables().type("a.key").shape());
            full.set("a.query", grouped.variable("a.query"));
            full.set("a.output", grouped.variable("a.output"));
            for (var name : List.of("a.key", "a.value")) {
                var shared = grouped.variable(name);
                var repeated = new float[12 * 12];
                for (int i = 0; i < repeated.length; i++) {
                    int head = i % 12 / HEAD;
                    repeated[i] = shared[i / 12 * keyHeads * HEAD + head / (4 / keyHeads) * HEAD + i % HEAD];
                }
                full.set(name, repeated);
            }
            Trial.assertClose(full.run().floats("y"), grouped.floats("y"), 1e-6, keyHeads + " key heads");
        }
    }

    /** Token t sees the tokens 0 … t and weighs their values by the softmax of the products. */
    @Test
    void oneHeadByLoops() {
        var settings = new ModelSettings(1, 3, 1, 8, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
        var graph = new Graph(4);
        var attention = new FullAttention();
        var x = Trial.random(15, 1);
        graph.output("y", attention.forward(new Bench(new Building(graph, Mode.EVALUATION, settings), "a", Map.of())
                .scope(attention, new PlainParts.PlainPosition()), graph.constant(Shape.of(1, 5, 3), x)));
        try (var trial = Trial.of(graph).run()) {
            var q = times(x, trial.variable("a.query"));
            var k = times(x, trial.variable("a.key"));
            var v = times(x, trial.variable("a.value"));
            var mixed = new float[15];
            for (int t = 0; t < 5; t++) {
                double sum = 0;
                for (int s = 0; s <= t; s++) {
                    double weight = Math.exp((q[3 * t] * k[3 * s] + q[3 * t + 1] * k[3 * s + 1] + q[3 * t + 2] * k[3 * s + 2]) / Math.sqrt(3));
                    sum += weight;
                    for (int d = 0; d < 3; d++) {
                        mixed[3 * t + d] += (float) (weight * v[3 * s + d]);
                    }
                }
                for (int d = 0; d < 3; d++) {
                    mixed[3 * t + d] /= (float) sum;
                }
            }
            Trial.assertClose(times(mixed, trial.variable("a.output")), trial.floats("y"), 1e-5, "attention");
        }
    }

    /** [5, 3] × [3, 3]. */
    private static float[] times(float[] x, float[] w) {
        var y = new float[15];
        for (int i = 0; i < 15; i++) {
            for (int d = 0; d < 3; d++) {
                y[i] += x[i / 3 * 3 + d] * w[d * 3 + i % 3];
            }
        }
        return y;
    }

    @Test
    void keyHeadsThatDoNotDivideTheHeadsAreTheUsersMistake() {
        for (int keyHeads : new int[] {3, -1, 8}) {
            var graph = new Graph();
            var decoder = PlainParts.decoder(SETTINGS, 5, new FullAttention(), Map.of("key-heads", keyHeads));
            var error = assertThrows(UserError.class, () ->
                    decoder.build(new Building(graph, Mode.TRAINING, SETTINGS), graph.input("tokens", TensorType.i32(1, 4))));
            assertTrue(error.getMessage().contains("key-heads is " + keyHeads)
                    && error.getMessage().contains("attention full at layers.0.attention"), error.getMessage());
        }
    }
}
