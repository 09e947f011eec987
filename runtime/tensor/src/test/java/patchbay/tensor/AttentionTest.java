package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.tensor.operations.Attention;

class AttentionTest {

    /** One problem: sizes as in the papers, values random. */
    private record Problem(int batch, int time, int keys, int heads, int groups, int dim, int start, boolean causal) {

        float scale() {
            return (float) (1 / Math.sqrt(dim));
        }

        Shape q() {
            return Shape.of(batch, time, heads, dim);
        }

        Shape kv() {
            return Shape.of(batch, keys, groups, dim);
        }

        float[] run(float[] q, float[] k, float[] v) {
            return Numeric.values(graph -> Networks.attention(graph.constant(q(), q), graph.constant(kv(), k),
                    graph.constant(kv(), v), graph.constant(Shape.of(1), start), causal, scale()));
        }

        /** softmax(scale·QKᵀ + mask)·V, in doubles. */
        double[] explicit(float[] q, float[] k, float[] v) {
            var out = new double[q.length];
            for (int b = 0; b < batch; b++) {
                for (int t = 0; t < time; t++) {
                    for (int h = 0; h < heads; h++) {
                        int query = ((b * time + t) * heads + h) * dim;
                        int g = h / (heads / groups);
                        var weights = new double[keys];
                        double sum = 0;
                        for (int s = 0; s < keys; s++) {
                            boolean seen = s < start + time && (!causal || s <= start + t);
                            double score = 0;
                            for (int d = 0; d < dim; d++) {
                                score += q[query + d] * k[((b * keys + s) * groups + g) * dim + d];
                            }
                            weights[s] = seen ? Math.exp(score * scale()) : 0;
                            sum += weights[s];
                        }
                        for (int s = 0; s < keys; s++) {
                            for (int d = 0; d < dim; d++) {
                                out[query + d] += weights[s] / sum * v[((b * keys + s) * groups + g) * dim + d];
                            }
                        }
                    }
                }
            }
            return out;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, 1, 1, 0, true", "2, 13, 13, 4, 4, 8, 0, true", "2, 13, 13, 4, 2, 8, 0, true", "1, 7, 7, 6, 1, 5, 0, false",
        "2, 3, 20, 4, 2, 8, 5, true", "2, 3, 20, 4, 2, 8, 5, false", "1, 4, 9, 2, 2, 8, 5, false", "1, 70, 70, 2, 1, 16, 0, true",
        "1, 2, 207, 2, 1, 33, 205, true"
    })
    void equalsTheExplicitSoftmax(int batch, int time, int keys, int heads, int groups, int dim, int start, boolean causal) {
        var problem = new Problem(batch, time, keys, heads, groups, dim, start, causal);
        var q = Numeric.random(problem.q().size(), 1);
        var k = Numeric.random(problem.kv().size(), 2);
        var v = Numeric.random(problem.kv().size(), 3);
        Numeric.assertClose(problem.explicit(q, k, v), problem.run(q, k, v), 1e-5);
        Numeric.gradients((graph, in) -> Networks.attention(in.get(0), in.get(1), in.get(2),
                graph.constant(Shape.of(1), start), causal, 2 * problem.scale()), problem.q(), problem.kv(), problem.kv());
    }

    /** A window is attention to the keys that are left when all before it are cut off, query by query. */
    @ParameterizedTest
    @CsvSource({"1, 9, 9, 0, 3", "2, 9, 9, 0, 1", "1, 5, 20, 12, 4", "1, 9, 9, 0, 100"})
    void aWindowSeesTheLastPositionsOnly(int batch, int time, int keys, int start, int window) {
        var whole = new Problem(batch, time, keys, 2, 1, 6, start, true);
        var q = Numeric.random(whole.q().size(), 1);
        var k = Numeric.random(whole.kv().size(), 2);
        var v = Numeric.random(whole.kv().size(), 3);
        var windowed = Numeric.values(graph -> Networks.windowedAttention(graph.constant(whole.q(), q), graph.constant(whole.kv(), k),
                graph.constant(whole.kv(), v), graph.constant(Shape.of(1), start), window, whole.scale()));
        for (int t = 0; t < time; t++) {
            int first = Math.max(0, start + t + 1 - window);
            int at = t;
            var one = Numeric.values(graph -> Networks.attention(graph.constant(whole.q(), q).slice(1, at, at + 1),
                    graph.constant(whole.kv(), k).slice(1, first, start + at + 1), graph.constant(whole.kv(), v).slice(1, first, start + at + 1),
                    graph.constant(Shape.of(1), start + at - first), true, whole.scale()));
            for (int b = 0; b < batch; b++) {
                var got = Arrays.copyOfRange(windowed, (b * time + t) * 12, (b * time + t + 1) * 12);
                assertArrayEquals(Arrays.copyOfRange(one, b * 12, b * 12 + 12), got, 1e-6f, "query " + t);
            }
        }
        if (window == 1) {
            return; // the weight is 1 whatever the score
        }
        Numeric.gradients((graph, in) -> Networks.windowedAttention(in.get(0), in.get(1), in.get(2),
                graph.constant(Shape.of(1), start), window, 2 * whole.scale()), whole.q(), whole.kv(), whole.kv());
    }

    /** A bias by distance, a cap, values of another size, and gradients that come through the log-sum-exp. */
    @ParameterizedTest
    @CsvSource({"2, 5, 5, 0, 1073741824", "1, 3, 9, 4, 1073741824", "1, 5, 5, 0, 0", "1, 3, 7, 4, 0", "1, 6, 6, 0, 3"})
    void biasedCappedAndWithItsNormalizer(int batch, int time, int keys, int start, int window) {
        var how = new Attention(window, 0.9f, 1.5f);
        int distances = window == 0 ? 2 * keys - 1 : keys;
        var q = Shape.of(batch, time, 4, 6);
        var k = Shape.of(batch, keys, 2, 6);
        var v = Shape.of(batch, keys, 2, 3);
        var bias = Shape.of(4, distances);
        float[] qs = Numeric.random(q.size(), 1), ks = Numeric.random(k.size(), 2), vs = Numeric.random(v.size(), 3), bs = Numeric.random(bias.size(), 4);
        var out = Numeric.values(graph -> Networks.attend(how, graph.constant(q, qs), graph.constant(k, ks), graph.constant(v, vs),
                graph.constant(Shape.of(1), start), Optional.of(graph.constant(bias, bs))).output());
        var expected = new double[out.length];
        for (int row = 0; row < batch * time * 4; row++) {
            int h = row % 4, t = row / 4 % time, b = row / 4 / time, position = start + t;
            double sum = 0;
            for (int pass = 0; pass < 2; pass++) {
                for (int s = 0; s < Math.min(keys, start + time); s++) {
                    if (window > 0 && (s > position || s <= position - window)) {
                        continue;
                    }
                    double score = 0;
                    for (int d = 0; d < 6; d++) {
                        score += 0.9 * qs[row * 6 + d] * ks[((b * keys + s) * 2 + h / 2) * 6 + d];
                    }
                    double weight = Math.exp(1.5 * Math.tanh(score / 1.5) + bs[h * distances + position - s + (window == 0 ? keys - 1 : 0)]);
                    sum += pass == 0 ? weight : 0;
                    for (int d = 0; d < 3 && pass == 1; d++) {
                        expected[row * 3 + d] += weight / sum * vs[((b * keys + s) * 2 + h / 2) * 3 + d];
                    }
                }
            }
        }
        Numeric.assertClose(expected, out, 1e-5);
        Numeric.gradients((graph, in) -> {
            var both = Networks.attend(how, in.get(0), in.get(1), in.get(2), graph.constant(Shape.of(1), start), Optional.of(in.get(3)));
            return both.output().multiply(both.normalizer().permute(0, 2, 1).reshape(batch, time, 4, 1));
        }, q, k, v, bias);
    }

    /** Attention to all keys is that to some and that to the others, put together; a sink is a key without a value. */
    @Test
    void partsComeTogether() {
        var shape = Shape.of(2, 7, 2, 4);
        float[] qs = Numeric.random(shape.size(), 1), ks = Numeric.random(shape.size(), 2), vs = Numeric.random(shape.size(), 3);
        var all = Numeric.values(graph -> Networks.attention(graph.constant(shape, qs), graph.constant(shape, ks), graph.constant(shape, vs),
                graph.constant(Shape.of(1), 0), false, 0.5f));
        var parts = Numeric.values(graph -> Attended.together(List.of(part(graph, qs, ks, vs, 0, 3), part(graph, qs, ks, vs, 3, 7))));
        assertArrayEquals(all, parts, 1e-6f);
        float[] sink = {0.5f, -1};
        var withSink = Numeric.values(graph -> part(graph, qs, ks, vs, 0, 7).withSink(graph.constant(Shape.of(2), sink)));
        var asKey = Numeric.values(graph -> {
            var normalizer = graph.constant(Shape.of(2, 1), sink).broadcastTo(Shape.of(2, 2, 7));
            return Attended.together(List.of(part(graph, qs, ks, vs, 0, 7), new Attended(graph.filled(shape, 0), normalizer)));
        });
        assertArrayEquals(asKey, withSink, 1e-6f);
    }

    private static Attended part(Graph graph, float[] q, float[] k, float[] v, int from, int to) {
        var shape = Shape.of(2, 7, 2, 4);
        return Networks.attend(new Attention(Attention.ALL, 0.5f), graph.constant(shape, q), graph.constant(shape, k).slice(1, from, to),
                graph.constant(shape, v).slice(1, from, to), graph.constant(Shape.of(1), to - from - 7));
    }

    /** Of sequences of different lengths each gets what it would get alone, and so do gradients; of an empty one nothing is left. */
    @Test
    void paddedSequencesAreThoseAlone() {
        var shape = Shape.of(3, 7, 2, 4);
        int row = 2 * 4;
        int[] lengths = {7, 3, 0};
        var values = IntStream.range(1, 5).mapToObj(seed -> Numeric.random(shape.size(), seed)).toList();
        for (int b = 1; b < 3; b++) { // what is behind the end must not matter
            for (int input = 1; input < 3; input++) {
                Arrays.fill(values.get(input), (b * 7 + lengths[b]) * row, (b + 1) * 7 * row, Float.NaN);
            }
        }
        var together = gradients(shape, values, Attention.PADDED, lengths);
        for (int b = 0; b < 2; b++) {
            int from = b * 7 * row;
            int to = from + lengths[b] * row;
            var alone = gradients(Shape.of(1, lengths[b], 2, 4), values.stream().map(all -> Arrays.copyOfRange(all, from, to)).toList(), Attention.ALL, 0);
            for (int i = 0; i < 2; i++) { // keys get gradients from the queries behind the end too, so those are others
                assertArrayEquals(alone.get(i), Arrays.copyOfRange(together.get(i), from, to), 1e-6f);
            }
        }
        for (var output : together) {
            assertArrayEquals(new float[7 * row], Arrays.copyOfRange(output, 2 * 7 * row, 3 * 7 * row));
        }
        Numeric.gradients((graph, in) -> Networks.attend(new Attention(Attention.PADDED, 0.5f), in.get(0), in.get(1), in.get(2),
                graph.constant(Shape.of(3), lengths)).output(), shape, shape, shape);
    }

    /** What attention yields, and the gradients by queries, keys and values. */
    private static List<float[]> gradients(Shape shape, List<float[]> values, int window, int... start) {
        return Numeric.all(graph -> {
            var in = values.stream().map(given -> graph.constant(shape, given)).toList();
            var output = Networks.attend(new Attention(window, 0.5f), in.get(0), in.get(1), in.get(2), graph.constant(Shape.of(start.length), start)).output();
            var all = new ArrayList<>(List.of(output));
            all.addAll(Gradients.of(output.multiply(in.get(3)).sum(), in.subList(0, 3)));
            return all;
        });
    }

    @Test
    void aWindowSeesAtLeastItself() {
        var graph = new Graph();
        var q = graph.filled(Shape.of(1, 2, 1, 4), 1);
        var error = assertThrows(ShapeError.class, () -> Networks.windowedAttention(q, q, q, graph.constant(Shape.of(1), 0), 0, 1));
        assertTrue(error.getMessage().contains("window is 0"), error.getMessage());
    }

    @Test
    void largeScoresDoNotOverflow() {
        var problem = new Problem(1, 3, 3, 1, 1, 2, 0, false);
        float[] q = {500, 0, 0, 500, 500, 500};
        float[] k = {500, 0, 0, 500, -500, -500};
        float[] v = {1, 2, 3, 4, 5, 6};
        var out = problem.run(q, k, v);
        Numeric.assertClose(new double[] {1, 2, 3, 4, 2, 3}, out, 1e-6);
    }

    @Test
    void groupedQueriesWithEqualKeyHeadsAreMultiHead() {
        int time = 9;
        int dim = 8;
        var grouped = new Problem(2, time, time, 4, 2, dim, 0, true);
        var multi = new Problem(2, time, time, 4, 4, dim, 0, true);
        var q = Numeric.random(grouped.q().size(), 1);
        var k = Numeric.random(grouped.kv().size(), 2);
        var v = Numeric.random(grouped.kv().size(), 3);
        assertArrayEquals(grouped.run(q, k, v), multi.run(q, twice(k, dim), twice(v, dim)));
    }

    /** Every key head two times. */
    private static float[] twice(float[] heads, int dim) {
        var out = new float[2 * heads.length];
        for (int head = 0; head < heads.length / dim; head++) {
            System.arraycopy(heads, head * dim, out, 2 * head * dim, dim);
            System.arraycopy(heads, head * dim, out, (2 * head + 1) * dim, dim);
        }
        return out;
    }

    @Test
    void oneQueryOverACacheIsThatRowOfTheWhole() {
        int time = 13;
        int room = 20;
        int heads = 4;
        int dim = 8;
        var whole = new Problem(1, time, time, heads, 2, dim, 0, true);
        var q = Numeric.random(whole.q().size(), 1);
        var k = Numeric.random(whole.kv().size(), 2);
        var v = Numeric.random(whole.kv().size(), 3);
        var all = whole.run(q, k, v);
        // what a cache holds beyond its length must not matter
        var cachedK = Arrays.copyOf(k, room * 2 * dim);
        var cachedV = Arrays.copyOf(v, room * 2 * dim);
        Arrays.fill(cachedK, k.length, cachedK.length, Float.NaN);
        Arrays.fill(cachedV, v.length, cachedV.length, Float.NaN);
        for (int t = 0; t < time; t++) {
            int row = t * heads * dim;
            var one = new Problem(1, 1, room, heads, 2, dim, t, true)
                    .run(Arrays.copyOfRange(q, row, row + heads * dim), cachedK, cachedV);
            assertArrayEquals(Arrays.copyOfRange(all, row, row + heads * dim), one);
        }
    }

    @Test
    void whatDoesNotFitIsSaid() {
        var graph = new Graph();
        var q = graph.input("q", TensorType.f32(1, 4, 4, 8));
        var k = graph.input("k", TensorType.f32(1, 4, 3, 8));
        var start = graph.input("start", TensorType.i32(1));
        var error = assertThrows(ShapeError.class, () -> Networks.attention(q, k, k, start, true, 1));
        assertTrue(error.getMessage().contains("4 heads cannot share 3 key heads evenly"), error.getMessage());
    }
}
