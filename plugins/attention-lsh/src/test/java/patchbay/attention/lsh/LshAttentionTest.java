package patchbay.attention.lsh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;

class LshAttentionTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new LshAttention();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("buckets", 4, "keys", 3), Map.of("buckets", 20, "keys", 5, "hashes", 1, "evaluation-hashes", 3));
    }

    /** A small step may move a token to another bucket, so there is one; with several the gradients are tested on the operation. */
    @Override
    protected List<Map<String, Object>> smoothOptionSets() {
        return List.of(Map.of("buckets", 1), Map.of("buckets", 1, "keys", 3));
    }

    private static final ModelSettings SETTINGS =
            new ModelSettings(1, 8, 2, 16, 3, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);

    private static Trial trial(float[] x, Map<String, Object> options) {
        var graph = new Graph(4);
        var attention = new LshAttention();
        var bench = new Bench(new Building(graph, Mode.EVALUATION, SETTINGS), "a", options);
        graph.output("y", attention.forward(bench.scope(attention, new PlainParts.PlainPosition()), graph.constant(Shape.of(1, x.length / 8, 8), x)));
        return Trial.of(graph).run();
    }

    /** softmax of query times keys, the same projection at length 1, over all tokens before one's own; the first has itself alone. */
    @Test
    void oneBucketIsFullAttentionWithSharedQueriesAndKeys() {
        var x = Trial.random(96, 1);
        try (var trial = trial(x, Map.of("buckets", 1, "keys", 12))) {
            var q = times(x, trial.variable("a.query"));
            var v = times(x, trial.variable("a.value"));
            var mixed = new float[96];
            for (int t = 0; t < 12; t++) {
                for (int h = 0; h < 8; h += 4) {
                    double sum = 0;
                    for (int s = 0; s < Math.max(1, t); s++) {
                        double weight = Math.exp(dot(q, 8 * t + h, q, 8 * s + h) / Math.sqrt(dot(q, 8 * s + h, q, 8 * s + h)) / 2);
                        sum += weight;
                        for (int d = h; d < h + 4; d++) {
                            mixed[8 * t + d] += (float) (weight * v[8 * s + d]);
                        }
                    }
                    for (int d = h; d < h + 4; d++) {
                        mixed[8 * t + d] /= (float) sum;
                    }
                }
            }
            Trial.assertClose(times(mixed, trial.variable("a.output")), trial.floats("y"), 1e-5, "attention");
        }
    }

    private static double dot(float[] a, int aAt, float[] b, int bAt) {
        double sum = 0;
        for (int d = 0; d < 4; d++) {
            sum += a[aAt + d] * b[bAt + d];
        }
        return sum;
    }

    /** [12, 8] × [8, 8]. */
    private static float[] times(float[] x, float[] w) {
        var y = new float[96];
        for (int i = 0; i < 96; i++) {
            for (int d = 0; d < 8; d++) {
                y[i] += x[i / 8 * 8 + d] * w[d * 8 + i % 8];
            }
        }
        return y;
    }

    /** Tokens alike share all buckets, so that however many there are, each finds its likes before it and takes their mean value: their own. */
    @Test
    void aTokenFindsItsLikes() {
        var two = Trial.random(16, 1);
        var x = new float[96];
        for (int i = 0; i < 96; i++) {
            x[i] = two[i / 8 * 7 % 2 * 8 + i % 8]; // one and the other in turns
        }
        var pure = output(new LshAttention(), x, Map.of("buckets", 1, "keys", 1));
        var found = output(new LshAttention(), x, Map.of("buckets", 256, "hashes", 4, "keys", 12));
        assertArrayEquals(pure, found, 1e-5f);
    }

    @Test
    void moreHashesFindMore() {
        var hash = Hash.of(100, 3);
        assertEquals(new Hash(2, 5, 3), hash);
        assertEquals(100, hash.count());
        assertEquals(1, Hash.of(1, 3).count());
        assertEquals(2744, Hash.of(2048, 1).count());
        var graph = new Graph();
        var x = graph.constant(Shape.of(1, 9, 2, 4), Trial.random(72, 3));
        graph.output("three", hash.buckets(x, 5).toFloat());
        graph.output("one", Hash.of(100, 1).buckets(x, 5).toFloat());
        try (var trial = Trial.of(graph).run()) {
            var three = trial.floats("three");
            var one = trial.floats("one");
            for (int i = 0; i < one.length; i++) {
                assertEquals(one[i], three[3 * i], "the first hash of vector " + i);
            }
        }
    }

    @Test
    void noHashesAreTheUsersMistake() {
        var error = assertThrows(UserError.class, () -> output(new LshAttention(), Trial.random(96, 1), Map.of("hashes", 0)));
        assertTrue(error.getMessage().contains("hashes is 0"), error.getMessage());
    }
}
