package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.tensor.operations.Attention;
import patchbay.tensor.operations.RangedAttention;

class RangedAttentionTest {

    private static final Shape Q = Shape.of(2, 5, 4, 6);
    private static final Shape K = Shape.of(2, 9, 2, 6);
    private static final Shape V = Shape.of(2, 9, 2, 3);
    private static final Shape BIAS = Shape.of(4, 9);
    private static final int START = 4;

    /** Lists for everyone, or shared: of query t the keys 0, 2 … and, in one span, t and t + 1; the second key head sees no 0. */
    private static int[] ranges(int sequences, int sharers) {
        var all = new ArrayList<Integer>();
        for (int row = 0; row < sequences * 5 * sharers; row++) {
            int g = row % sharers;
            int t = row / sharers % 5;
            int b = row / sharers / 5;
            all.addAll(List.of(0, 1 - g, 7, 3, START - 2 - b, START - 1, t + START - 1, t + START + 1)); // the second is empty
        }
        return all.stream().mapToInt(Integer::intValue).toArray();
    }

    private static Attended attend(Graph graph, Tensor q, Tensor k, Tensor v, int sequences, int sharers, Optional<Tensor> bias) {
        var lists = graph.constant(Shape.of(sequences, 5, sharers, 4, 2), ranges(sequences, sharers));
        return Networks.attend(new RangedAttention(0.7f), q, k, v, lists, graph.constant(Shape.of(1), START), bias);
    }

    /** A list is what is left of all keys when the others are masked. */
    @ParameterizedTest
    @CsvSource({"2, 2, true", "1, 1, false", "2, 1, true", "1, 2, false"})
    void aQuerySeesTheKeysOfItsListAlone(int sequences, int sharers, boolean biased) {
        float[] q = Numeric.random(Q.size(), 1), k = Numeric.random(K.size(), 2), v = Numeric.random(V.size(), 3), bias = Numeric.random(BIAS.size(), 4);
        var got = Numeric.all(graph -> {
            var both = attend(graph, graph.constant(Q, q), graph.constant(K, k), graph.constant(V, v), sequences, sharers,
                    biased ? Optional.of(graph.constant(BIAS, bias)) : Optional.empty());
            return List.of(both.output(), both.normalizer());
        });
        var lists = ranges(sequences, sharers);
        for (int row = 0; row < 2 * 4 * 5; row++) {
            int t = row % 5, h = row / 5 % 4, b = row / 20, g = h / 2;
            int list = ((b % sequences * 5 + t) * sharers + g % sharers) * 8;
            double sum = 0;
            var expected = new double[3];
            for (int span = 0; span < 4; span++) {
                for (int s = lists[list + 2 * span]; s < lists[list + 2 * span + 1]; s++) {
                    double score = biased ? bias[h * 9 + START + t - s] : 0;
                    for (int d = 0; d < 6; d++) {
                        score += 0.7f * q[((b * 5 + t) * 4 + h) * 6 + d] * k[((b * 9 + s) * 2 + g) * 6 + d];
                    }
                    sum += Math.exp(score);
                    for (int d = 0; d < 3; d++) {
                        expected[d] += Math.exp(score) * v[((b * 9 + s) * 2 + g) * 3 + d];
                    }
                }
            }
            for (int d = 0; d < 3; d++) {
                assertEquals(expected[d] / sum, got.get(0)[((b * 5 + t) * 4 + h) * 3 + d], 1e-5, "row " + row);
            }
            assertEquals(Math.log(sum), got.get(1)[row], 1e-5, "normalizer of row " + row);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 2", "1, 1"})
    void gradients(int sequences, int sharers) {
        Numeric.gradients((graph, in) -> {
            var both = attend(graph, in.get(0), in.get(1), in.get(2), sequences, sharers, Optional.of(in.get(3)));
            return both.output().multiply(both.normalizer().permute(0, 2, 1).reshape(2, 5, 4, 1));
        }, Q, K, V, BIAS);
    }

    /** Without a key: zeros and −∞, which weigh nothing beside other keys. */
    @Test
    void anEmptyListIsNothing() {
        float[] q = Numeric.random(Q.size(), 1), k = Numeric.random(K.size(), 2), v = Numeric.random(V.size(), 3);
        var both = Numeric.all(graph -> {
            var queries = graph.constant(Q, q);
            var start = graph.constant(Shape.of(1), START);
            var all = Networks.attend(new Attention(Attention.PAST, 0.7f), queries, graph.constant(K, k), graph.constant(V, v), start);
            var none = Networks.attend(new RangedAttention(0.7f), queries, graph.constant(K, k), graph.constant(V, v),
                    graph.constant(Shape.of(1, 5, 1, 1, 2), new int[10]), start, Optional.empty());
            return List.of(all.output(), Attended.together(List.of(all, none)), none.normalizer());
        });
        Numeric.assertClose(both.get(0), both.get(1), 0);
        for (float normalizer : both.get(2)) {
            assertEquals(Float.NEGATIVE_INFINITY, normalizer);
        }
    }

    @Test
    void listsThatDoNotFitAreSaid() {
        var graph = new Graph();
        var q = graph.filled(Q, 0);
        var error = assertThrows(ShapeError.class, () -> Networks.attend(new RangedAttention(1), q, graph.filled(K, 0), graph.filled(V, 0),
                graph.constant(Shape.of(1, 5, 3, 1, 2), new int[30]), graph.constant(Shape.of(1), 0), Optional.empty()));
        assertTrue(error.getMessage().contains("ranges must be [2 or 1, 5, 2 or 1, spans, 2]"), error.getMessage());
    }
}
