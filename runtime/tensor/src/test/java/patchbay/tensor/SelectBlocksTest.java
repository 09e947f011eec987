package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.tensor.operations.SelectBlocks;
import patchbay.tensor.reference.ReferenceEngine;

class SelectBlocksTest {

    private static final int BATCH = 2, TIME = 61, HEADS = 4, GROUPS = 2, DIM = 3;

    /** Blocks of so many tokens, searched through so many levels by every so many queries. */
    private record Problem(int block, int growth, int per, int every, int n, int levels, int start) {

        int[] offsets() {
            var offsets = new int[levels + 1];
            for (int level = 0, length = block; level < levels; level++, length *= growth) {
                offsets[level + 1] = offsets[level] + ((start + TIME) * every / length + 1) * (level == 0 ? per : 1);
            }
            return offsets;
        }

        Shape keys() {
            return Shape.of(BATCH, offsets()[levels], GROUPS, DIM);
        }

        int[] select(float[] q, float[] k, float[] normalizer) {
            var graph = new Graph();
            var offsets = graph.constant(Shape.of(levels), IntStream.of(offsets()).limit(levels).toArray());
            graph.output("ranges", graph.apply(new SelectBlocks(block, growth, per, every, n, 0.8f), List.of(graph.constant(Shape.of(BATCH, TIME, HEADS, DIM), q),
                    graph.constant(keys(), k), graph.constant(Shape.of(BATCH, HEADS, TIME), normalizer), graph.constant(Shape.of(1), start), offsets)).getFirst());
            var engine = new ReferenceEngine();
            try (var program = engine.compile(graph, engine.variables())) {
                program.run();
                return program.ints("ranges");
            }
        }

        double importance(float[] q, float[] k, float[] normalizer, int b, int t, int g, int level, int node) {
            int parts = level == 0 ? per : 1;
            double sum = 0;
            for (int h = 2 * g; h < 2 * g + 2; h++) {
                for (int part = 0; part < parts; part++) {
                    double score = 0;
                    for (int d = 0; d < DIM; d++) {
                        score += q[((b * TIME + t) * HEADS + h) * DIM + d] * k[((b * keys().dim(1) + offsets()[level] + node * parts + part) * GROUPS + g) * DIM + d];
                    }
                    sum += Math.exp(0.8 * score - normalizer[(b * HEADS + h) * TIME + t]);
                }
            }
            return sum;
        }

        /** The search by lists: the n best of what can be looked at in each level, and the given blocks. */
        TreeSet<Integer> expected(float[] q, float[] k, float[] normalizer, int b, int t, int g) {
            int position = (start + t) * every;
            int own = position / block;
            var given = new TreeSet<Integer>();
            IntStream.of(0, own - 1, own).filter(node -> node >= 0).forEach(given::add);
            List<Integer> kept = List.of();
            int above = 0;
            for (int level = levels - 1; level >= 0; level--) {
                int length = block * (int) Math.pow(growth, level);
                var parents = new HashSet<>(kept);
                int settled = above;
                int at = level;
                kept = IntStream.range(0, (position + 1) / length).boxed()
                        .filter(node -> parents.contains(node / growth) || node / growth >= settled)
                        .filter(node -> at > 0 || !given.contains(node))
                        .sorted(Comparator.comparing(node -> -importance(q, k, normalizer, b, t, g, at, node)))
                        .limit(level == 0 ? n - given.size() : n).toList();
                above = (position + 1) / length;
            }
            given.addAll(kept);
            return given;
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 4, 2, 1, 5, 1, 0", "4, 2, 1, 1, 4, 4, 0", "2, 3, 1, 2, 6, 3, 20", "1, 2, 1, 1, 7, 7, 3", "4, 2, 3, 1, 3, 3, 0", "8, 2, 1, 4, 20, 3, 1"})
    void theMostImportantBlocksAreFoundFromAboveDown(int block, int growth, int per, int every, int n, int levels, int start) {
        var problem = new Problem(block, growth, per, every, n, levels, start);
        float[] q = Numeric.random(BATCH * TIME * HEADS * DIM, 1), k = Numeric.random(problem.keys().size(), 2), normalizer = Numeric.random(BATCH * HEADS * TIME, 3);
        var ranges = problem.select(q, k, normalizer);
        for (int row = 0; row < BATCH * TIME * GROUPS; row++) {
            int g = row % GROUPS, t = row / GROUPS % TIME, b = row / GROUPS / TIME;
            var blocks = new ArrayList<Integer>();
            for (int j = 0; j < n; j++) {
                int from = ranges[(row * n + j) * 2];
                int to = ranges[(row * n + j) * 2 + 1];
                if (from < to) {
                    assertEquals(0, from % block, "row " + row);
                    assertEquals(from + block, to, "row " + row);
                    blocks.add(from / block);
                }
            }
            assertEquals(problem.expected(q, k, normalizer, b, t, g).stream().toList(), blocks.stream().sorted().toList(), "row " + row);
        }
    }

    @Test
    void fewerBlocksThanAreGivenAreRefused() {
        var error = assertThrows(ShapeError.class, () -> new SelectBlocks(4, 2, 1, 1, 2, 1));
        assertTrue(error.getMessage().contains("at least 3 blocks"), error.getMessage());
    }
}
