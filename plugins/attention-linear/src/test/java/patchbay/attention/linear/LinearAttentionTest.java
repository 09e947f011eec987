package patchbay.attention.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.contract.AttentionContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.model.Generator;
import patchbay.model.ModelSettings;
import patchbay.spi.Attention;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;

class LinearAttentionTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new LinearAttention();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), Map.of("chunk", 1, "gate-rank", 3), Map.of("chunk", 20));
    }

    /** Chunks of one token are the recurrence step by step. */
    @ParameterizedTest
    @ValueSource(ints = {2, 16, 17, 64, 200})
    void chunksAreTheRecurrence(int chunk) {
        var x = Trial.random(8 * 150, 1);
        Trial.assertClose(output(new LinearAttention(), x, Map.of("chunk", 1)), output(new LinearAttention(), x, Map.of("chunk", chunk)), 1e-5,
                "chunks of " + chunk);
    }

    /** The recurrence by loops in double precision, from gates that hardly decay to those that leave nothing. */
    @ParameterizedTest
    @CsvSource({"1, 0.001", "16, 0.001", "64, 0.1", "64, 1", "64, 4.9", "40, 4.9"})
    void outputsAreThoseOfLoops(int chunk, float decay) {
        int time = 130, heads = 2, d = 3;
        var size = Shape.of(1, time, heads, d);
        var q = Trial.random(size.size(), 1);
        var k = Trial.random(size.size(), 2);
        var v = Trial.random(size.size(), 3);
        var decays = Trial.random(size.size(), 4);
        for (int i = 0; i < decays.length; i++) {
            decays[i] = i % 7 == 0 ? 0 : -Math.min(5, decay * Math.abs(decays[i]));
        }
        var first = Trial.random(heads * d * d, 5);
        var graph = new Graph();
        var computed = Chunks.of(graph.constant(size, q), graph.constant(size, k), graph.constant(size, v), graph.constant(size, decays),
                graph.constant(Shape.of(heads, d, d), first), chunk);
        graph.output("outputs", computed.outputs());
        graph.output("state", computed.state());
        var expected = new float[q.length];
        var state = new double[first.length];
        for (int i = 0; i < first.length; i++) {
            state[i] = first[i];
        }
        for (int t = 0; t < time; t++) {
            for (int h = 0; h < heads; h++) {
                int at = (t * heads + h) * d;
                for (int e = 0; e < d; e++) {
                    double sum = 0;
                    for (int i = 0; i < d; i++) {
                        int cell = (h * d + i) * d + e;
                        state[cell] = Math.exp(decays[at + i]) * state[cell] + (double) k[at + i] * v[at + e];
                        sum += q[at + i] * state[cell];
                    }
                    expected[at + e] = (float) sum;
                }
            }
        }
        try (var trial = Trial.of(graph).run()) {
            Trial.assertClose(expected, trial.floats("outputs"), 1e-4, "outputs");
            var last = trial.floats("state");
            for (int i = 0; i < last.length; i++) {
                assertEquals(state[i], last[i], 1e-4 * Math.max(1, Math.abs(state[i])), "state");
            }
        }
    }

    @Test
    void theCacheIsAStateWhateverTheContext() {
        for (int context : new int[] {16, 4096}) {
            var settings = new ModelSettings(1, 16, 4, context, 12, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
            var caches = Generator.caches(PlainParts.decoder(settings, 11, new LinearAttention(), Map.of()));
            assertEquals(1, caches.size());
            assertEquals(0, caches.getFirst().bytesPerToken());
            assertEquals(4 * 4 * 4 * Float.BYTES, caches.getFirst().bytes());
        }
    }

    @Test
    void noChunkIsTheUsersMistake() {
        var error = assertThrows(UserError.class, () -> output(new LinearAttention(), Trial.random(96, 1), Map.of("chunk", 0)));
        assertTrue(error.getMessage().contains("chunk is 0"), error.getMessage());
    }
}
