package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.tensor.operations.Buckets;
import patchbay.tensor.reference.ReferenceEngine;

class RunsTest {

    private static final int BATCH = 2;
    private static final int TIME = 7;
    private static final int KEYS = 9;
    private static final int HEADS = 4;
    private static final int GROUPS = 2;
    private static final int RUNS = 3;
    private static final int DISTANCES = 3;

    private static final Shape Q = Shape.of(BATCH, TIME, HEADS, 6);
    private static final Shape K = Shape.of(BATCH, KEYS, GROUPS, 6);
    private static final Shape V = Shape.of(BATCH, KEYS, GROUPS, 5);
    private static final Shape BIAS = Shape.of(HEADS, DISTANCES);

    /** Runs of so many queries at random, some of none; keys in orders at random or each at its number. */
    private record Sight(int time, int[] begins, int[] ends, int[] at, Optional<int[]> order) {

        static Sight random(int time, boolean ordered) {
            var begins = Evaluation.randomInts(BATCH * HEADS * time * RUNS, 0, KEYS, 1);
            var ends = Evaluation.randomInts(begins.length, 0, KEYS + 1, 2);
            var order = new int[BATCH * HEADS * RUNS * KEYS];
            for (int row = 0; row < order.length / KEYS; row++) {
                var drawn = Numeric.random(KEYS, 100 + row);
                var sorted = IntStream.range(0, KEYS).boxed().sorted((a, b) -> Float.compare(drawn[a], drawn[b])).mapToInt(i -> i).toArray();
                System.arraycopy(sorted, 0, order, row * KEYS, KEYS);
            }
            return new Sight(time, begins, ends, Evaluation.randomInts(BATCH * time, 0, KEYS, 3), ordered ? Optional.of(order) : Optional.empty());
        }

        Runs runs(Graph graph) {
            var shape = Shape.of(BATCH, HEADS, time, RUNS);
            return new Runs(graph.constant(shape, begins), graph.constant(shape, ends), graph.constant(Shape.of(BATCH, time), at), order.map(keys -> {
                var places = new int[keys.length];
                for (int i = 0; i < keys.length; i++) {
                    places[i / KEYS * KEYS + keys[i]] = i % KEYS;
                }
                var orders = Shape.of(BATCH, HEADS, RUNS, KEYS);
                return new Runs.Order(graph.constant(orders, keys), graph.constant(orders, places));
            }));
        }

        /** The keys that query t of head h sees, each once. */
        List<Integer> seen(int b, int h, int t) {
            var seen = new HashSet<Integer>();
            for (int r = 0; r < RUNS; r++) {
                int at = ((b * HEADS + h) * time + t) * RUNS + r;
                for (int p = begins[at]; p < ends[at]; p++) {
                    seen.add(order.isPresent() ? order.get()[((b * HEADS + h) * RUNS + r) * KEYS + p] : p);
                }
            }
            return List.copyOf(seen);
        }
    }

    /** softmax over the union of the runs, in doubles. */
    private static double[] explicit(Sight sight, float[] q, float[] k, float[] v, float[] bias) {
        int time = sight.time;
        var out = new double[BATCH * time * HEADS * 5];
        for (int row = 0; row < out.length / 5; row++) {
            int h = row % HEADS, t = row / HEADS % time, b = row / HEADS / time;
            double sum = 0;
            for (int s : sight.seen(b, h, t)) {
                int key = (b * KEYS + s) * GROUPS + h / (HEADS / GROUPS);
                double score = bias[h * DISTANCES + Math.clamp(sight.at[b * time + t] - s, 0, DISTANCES - 1)];
                for (int d = 0; d < 6; d++) {
                    score += 0.7 * q[row * 6 + d] * k[key * 6 + d];
                }
                sum += Math.exp(score);
                for (int d = 0; d < 5; d++) {
                    out[row * 5 + d] += Math.exp(score) * v[key * 5 + d];
                }
            }
            for (int d = 0; d < 5 && sum > 0; d++) {
                out[row * 5 + d] /= sum;
            }
        }
        return out;
    }

    /** As many queries as keys are met in the order of each run, others one after the other. */
    @ParameterizedTest
    @CsvSource({"7, false", "7, true", "9, true"})
    void attentionToTheUnionOfTheRuns(int time, boolean ordered) {
        var sight = Sight.random(time, ordered);
        var queries = Shape.of(BATCH, time, HEADS, 6);
        float[] q = Numeric.random(queries.size(), 1), k = Numeric.random(K.size(), 2), v = Numeric.random(V.size(), 3), bias = Numeric.random(BIAS.size(), 4);
        var out = Numeric.values(graph -> sight.runs(graph).attend(graph.constant(queries, q), graph.constant(K, k), graph.constant(V, v), 0.7f,
                Optional.of(graph.constant(BIAS, bias))).output());
        Numeric.assertClose(explicit(sight, q, k, v, bias), out, 1e-5);
        Numeric.gradients((graph, in) -> sight.runs(graph).attend(in.get(0), in.get(1), in.get(2), 0.7f, Optional.of(in.get(3))).output(), queries, K, V, BIAS);
        Numeric.gradients((graph, in) -> sight.runs(graph).attend(in.get(0), in.get(1), in.get(2), 0.7f, Optional.empty()).output(), queries, K, V);
    }

    /** Two runs that share no key, each attended to by itself, come together to both; one of them may be of none. */
    @Test
    void theLogSumExpHasAGradientToo() {
        Numeric.gradients((graph, in) -> {
            var parts = IntStream.range(0, 2).mapToObj(part -> {
                var begins = new int[BATCH * HEADS * TIME];
                var ends = new int[begins.length];
                for (int i = 0; i < begins.length; i++) {
                    int border = i % TIME;
                    begins[i] = part == 0 ? 0 : border;
                    ends[i] = part == 0 ? border : KEYS;
                }
                var shape = Shape.of(BATCH, HEADS, TIME, 1);
                return new Runs(graph.constant(shape, begins), graph.constant(shape, ends), graph.constant(Shape.of(BATCH, TIME), new int[BATCH * TIME]),
                        Optional.empty()).attend(in.get(0), in.get(1), in.get(2), 0.7f, Optional.empty());
            }).toList();
            return Attended.together(parts);
        }, Q, K, V);
    }

    /** The greatest of the projections and their negatives is a digit. */
    @Test
    void bucketsAreDigits() {
        var values = new float[] {3, 1, -2, /**/ 1, 2, -9, /**/ -1, -7, 2, /**/ 0, 0, 0.5f};
        var graph = new Graph();
        graph.output("y", graph.apply(new Buckets(), graph.constant(Shape.of(2, 2, 3), values)));
        var engine = new ReferenceEngine();
        try (var program = engine.compile(graph, engine.variables())) {
            program.run();
            assertArrayEquals(new int[] {5, 4 * 6 + 2}, program.ints("y"));
        }
    }

    /** All in one bucket, and runs as long as the text: causal attention. */
    @Test
    void oneBucketIsCausalAttention() {
        float[] q = Numeric.random(Q.size(), 1), k = Numeric.random(Q.size(), 2), v = Numeric.random(Q.size(), 3);
        var expected = Numeric.values(graph -> Networks.attention(graph.constant(Q, q), graph.constant(Q, k), graph.constant(Q, v),
                graph.constant(Shape.of(1), 0), true, 0.7f));
        var bucketed = Numeric.values(graph -> Runs.ofBuckets(graph.constant(Shape.of(BATCH, TIME, HEADS, 2), new int[BATCH * TIME * HEADS * 2]),
                graph.constant(Shape.of(1), 0), TIME, 1, TIME)
                .attend(graph.constant(Q, q), graph.constant(Q, k), graph.constant(Q, v), 0.7f, Optional.empty()).output());
        assertArrayEquals(expected, bucketed, 1e-6f);
    }

    /** Each query sees the last keys of its buckets, in either of two hashes, and nothing behind itself. */
    @Test
    void whoIsInABucket() {
        int time = 23;
        int longest = 3;
        var buckets = Evaluation.randomInts(time * 2, 0, 4, 9); // [1, 23, 1, 2]
        var values = new float[time * time];
        for (int s = 0; s < time; s++) {
            values[s * time + s] = 1; // a key's value is its own dimension
        }
        for (int start : new int[] {0, 5, 22}) {
            int queries = time - start;
            var out = Numeric.values(graph -> Runs.ofBuckets(graph.constant(Shape.of(1, time, 1, 2), buckets), graph.constant(Shape.of(1), start), queries, 4, longest)
                    .attend(graph.filled(Shape.of(1, queries, 1, 2), 0), graph.filled(Shape.of(1, time, 1, 2), 0), graph.constant(Shape.of(1, time, 1, time), values),
                            1, Optional.empty()).output());
            for (int t = 0; t < queries; t++) {
                var seen = new HashSet<Integer>();
                for (int r = 0; r < 2; r++) {
                    int left = longest;
                    for (int s = start + t; s >= 0 && left > 0; s--) {
                        if (buckets[s * 2 + r] == buckets[(start + t) * 2 + r]) {
                            seen.add(s);
                            left--;
                        }
                    }
                }
                var expected = new float[time];
                seen.forEach(s -> expected[s] = 1f / seen.size());
                assertArrayEquals(expected, Arrays.copyOfRange(out, t * time, (t + 1) * time), 1e-6f, "query " + t + " from " + start);
            }
        }
    }

    @Test
    void whatDoesNotFitIsSaid() {
        var graph = new Graph();
        var q = graph.filled(Q, 1);
        var ints = graph.constant(Shape.of(BATCH, HEADS, TIME), new int[BATCH * HEADS * TIME]);
        var error = assertThrows(ShapeError.class, () -> new Runs(ints, ints, ints, Optional.empty()).attend(q, q, q, 1, Optional.empty()));
        assertTrue(error.getMessage().contains("begins must be [2 or 1, 4 or 1, 7, runs]"), error.getMessage());
    }
}
