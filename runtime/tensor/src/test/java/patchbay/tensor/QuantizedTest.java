package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.tensor.operations.Attention;
import patchbay.tensor.operations.Dequantize;
import patchbay.tensor.operations.Quantize;
import patchbay.tensor.operations.QuantizedAttention;

/** Numbers that are kept in a byte each. */
class QuantizedTest {

    private static Tensor random(Graph graph, int seed, int... dims) {
        var shape = Shape.of(dims);
        var random = new SplittableRandom(seed);
        var values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return graph.constant(shape, values);
    }

    private static Tensor dequantized(Tensor x) {
        return x.graph().apply(new Dequantize(), x.graph().apply(new Quantize(), List.of(x))).getFirst();
    }

    @Test
    void noNumberIsOffByMoreThanHalfAStep() {
        var graph = new Graph();
        var x = random(graph, 1, 13, 3, 31);
        var before = Evaluation.floats(x);
        var after = Evaluation.floats(dequantized(x));
        for (int row = 0; row < 13 * 3; row++) {
            float most = 0;
            for (int i = row * 31; i < (row + 1) * 31; i++) {
                most = Math.max(most, Math.abs(before[i]));
            }
            for (int i = row * 31; i < (row + 1) * 31; i++) {
                assertEquals(before[i], after[i], most / 127 * 0.501f);
            }
        }
        assertArrayEquals(new float[] {0, 0, 127, -127, 1, -1}, Evaluation.floats(dequantized(graph.constant(Shape.of(3, 2), 0, 0, 127f, -127f, 1, -1))));
    }

    @Test
    void bytesAreWrittenAsFloatsAre() {
        var graph = new Graph();
        var start = graph.constant(Shape.of(1), 2);
        var cache = graph.apply(new Quantize(), List.of(random(graph, 1, 2, 5, 3)));
        var values = graph.apply(new Quantize(), List.of(random(graph, 2, 2, 4, 3)));
        var written = graph.apply(new Dequantize(), cache.get(0).writeRows(values.get(0), start),
                cache.get(1).reshape(2, 5, 1).writeRows(values.get(1).reshape(2, 4, 1), start).reshape(2, 5));
        var expected = graph.apply(new Dequantize(), cache).getFirst().writeRows(graph.apply(new Dequantize(), values).getFirst(), start);
        assertArrayEquals(Evaluation.floats(expected), Evaluation.floats(written));
    }

    /** Bytes read as they are against bytes widened first. */
    @ParameterizedTest
    @CsvSource({"1, 0, true", "3, 0, false", "7, 5, true", "8, 0, true"})
    void attentionReadsBytesAsWhatTheyStandFor(int time, int window, boolean biased) {
        var graph = new Graph();
        int keys = 33;
        var q = random(graph, 1, 2, time, 4, 8);
        var k = dequantized(random(graph, 2, 2, keys, 2, 8));
        var v = dequantized(random(graph, 3, 2, keys, 2, 5));
        var start = graph.constant(Shape.of(1), 20);
        var how = new Attention(window == 0 ? Attention.PAST : window, 0.3f, biased ? 2 : 0);
        var bias = biased ? Optional.of(random(graph, 4, 4, keys)) : Optional.<Tensor>empty();
        var narrow = Networks.attend(how, q, k, v, start, bias);
        var wide = Networks.attend(how, q, k.add(0), v.add(0), start, bias);
        boolean few = graph.nodes().stream().anyMatch(node -> node.operation() instanceof QuantizedAttention);
        assertEquals(time < 8, few);
        assertArrayEquals(Evaluation.floats(wide.output()), Evaluation.floats(narrow.output()), 1e-5f);
        assertArrayEquals(Evaluation.floats(wide.normalizer()), Evaluation.floats(narrow.normalizer()), 1e-5f);
        assertTrue(Evaluation.floats(wide.output())[0] != 0);
    }
}
