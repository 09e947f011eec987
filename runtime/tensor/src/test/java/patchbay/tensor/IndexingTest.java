package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IndexingTest {

    private final Graph graph = new Graph();

    @Test
    void gatherTakesRows() {
        var rows = graph.constant(Shape.of(3, 2), 1f, 2f, 3f, 4f, 5f, 6f);
        var indices = graph.constant(Shape.of(2, 2), 2, -1, 0, 2);
        var gathered = rows.gather(indices);
        assertEquals(Shape.of(2, 2, 2), gathered.shape());
        assertArrayEquals(new float[] {5, 6, 0, 0, 1, 2, 5, 6}, Evaluation.floats(gathered));
        assertArrayEquals(new float[] {0, 0}, Evaluation.floats(rows.gather(graph.constant(Shape.of(1), 3))));
        var numbers = graph.constant(Shape.of(3), 7, 8, 9);
        assertArrayEquals(new int[] {9, 0, 7, 9}, Evaluation.ints(numbers.gather(indices)));
        for (var shape : List.of(Shape.of(13, 7), Shape.of(13), Shape.of(1, 2, 3))) {
            GradientCheck.of(shape).check(x -> x.getFirst().gather(
                    x.getFirst().graph().constant(Shape.of(4, 5), Evaluation.randomInts(20, -1, shape.dim(0), 3))));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "13, 5, 7", "207, 13, 1", "4098, 64, 3", "5, 2000, 2", "2000, 1, 16"})
    void scatterAddSumsInTheOrderOfPositions(int size, int rows, int width) {
        var x = Evaluation.random(size * width, 1);
        var indices = Evaluation.randomInts(size, -1, rows, 2);
        var out = graph.constant(Shape.of(size, width), x).scatterAdd(graph.constant(Shape.of(size), indices), rows);
        var expected = new float[rows * width];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < width && indices[i] >= 0; j++) {
                expected[indices[i] * width + j] += x[i * width + j];
            }
        }
        assertArrayEquals(expected, Evaluation.floats(out));
    }

    @Test
    void scatterAddHasAGradient() {
        GradientCheck.of(Shape.of(3, 5, 7)).check(x -> x.getFirst().scatterAdd(
                x.getFirst().graph().constant(Shape.of(3, 5), Evaluation.randomInts(15, -1, 4, 3)), 4));
        GradientCheck.of(Shape.of(13)).check(x -> x.getFirst().scatterAdd(
                x.getFirst().graph().constant(Shape.of(13), Evaluation.randomInts(13, -1, 4, 3)), 4));
    }

    @Test
    void elementsAlongTheLastAxis() {
        var x = graph.constant(Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f);
        var indices = graph.constant(Shape.of(2, 2), 2, -1, 1, 1);
        assertArrayEquals(new float[] {3, 0, 5, 5}, Evaluation.floats(x.gatherLast(indices)));
        var values = graph.constant(Shape.of(2, 2), 10f, 20f, 30f, 40f);
        assertArrayEquals(new float[] {0, 0, 10, 0, 70, 0}, Evaluation.floats(values.scatterLast(indices, 3)));
        GradientCheck.of(Shape.of(3, 4, 7)).check(in -> in.getFirst().gatherLast(
                in.getFirst().graph().constant(Shape.of(3, 4, 5), Evaluation.randomInts(60, -1, 7, 3))));
        GradientCheck.of(Shape.of(3, 4, 5)).check(in -> in.getFirst().scatterLast(
                in.getFirst().graph().constant(Shape.of(3, 4, 5), Evaluation.randomInts(60, -1, 7, 3)), 7));
    }

    @Test
    void oneHotMarksTheIndex() {
        var out = graph.constant(Shape.of(2, 2), 1, -1, 0, 3).oneHot(3);
        assertEquals(Shape.of(2, 2, 3), out.shape());
        assertArrayEquals(new float[] {0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}, Evaluation.floats(out));
    }

    @Test
    void topKTakesTheGreatestAndOfEqualsTheFirst() {
        var x = graph.constant(Shape.of(2, 4), 1f, 3f, 3f, 2f, -1f, Float.NEGATIVE_INFINITY, -1f, Float.POSITIVE_INFINITY);
        var top = x.topK(3);
        assertArrayEquals(new float[] {3, 3, 2, Float.POSITIVE_INFINITY, -1, -1}, Evaluation.floats(top.values()));
        assertArrayEquals(new int[] {1, 2, 3, 3, 0, 2}, Evaluation.ints(top.indices()));
        assertArrayEquals(new int[] {1, 2, 3, 0, 3, 0, 2, 1}, Evaluation.ints(x.topK(4).indices()));
        var broken = graph.constant(Shape.of(3), Float.NaN, 1f, Float.NaN).topK(2);
        assertArrayEquals(new float[] {1, Float.NaN}, Evaluation.floats(broken.values()));
        assertArrayEquals(new int[] {1, -1}, Evaluation.ints(broken.indices()));
        for (var shape : List.of(Shape.of(13, 8), Shape.of(3, 1, 7), Shape.of(207))) {
            GradientCheck.of(shape).apart().mayVanish().check(in -> in.getFirst().topK(2).values());
            GradientCheck.of(shape).apart().check(in -> in.getFirst().topK(shape.dim(-1)).values());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, true", "13, false", "13, true", "207, false", "207, true", "4098, false"})
    void sortIsStable(int n, boolean descending) {
        var x = new float[2 * n];
        var few = Evaluation.randomInts(2 * n, 0, Math.max(2, n / 4), 7);
        for (int i = 0; i < x.length; i++) {
            x[i] = few[i];
        }
        var sorted = graph.constant(Shape.of(2, n), x).sort(descending);
        var order = Evaluation.ints(sorted.order());
        var values = Evaluation.floats(sorted.values());
        for (int row = 0; row < 2; row++) {
            int base = row * n;
            var byValue = Comparator.<Integer>comparingDouble(i -> descending ? -x[base + i] : x[base + i]);
            var expected = IntStream.range(0, n).boxed().sorted(byValue).toList();
            for (int i = 0; i < n; i++) {
                assertEquals(expected.get(i), order[base + i]);
                assertEquals(x[base + expected.get(i)], values[base + i]);
            }
        }
    }

    @Test
    void sortHasAGradient() {
        GradientCheck.of(Shape.of(3, 13)).apart().check(x -> x.getFirst().sort().values());
        GradientCheck.of(Shape.of(207)).apart().check(x -> x.getFirst().sort(true).values());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "13, 3", "207, 8", "512, 8", "513, 8", "4098, 64", "13, 500"})
    void groupByIsAStableCountingSort(int size, int groups) {
        var entries = Evaluation.randomInts(size, -1, groups, 11);
        var grouping = graph.constant(Shape.of(1, size), entries).groupBy(groups);
        var order = Evaluation.ints(grouping.order());
        var inverse = Evaluation.ints(grouping.inverse());
        var offsets = Evaluation.ints(grouping.offsets());
        var counts = Evaluation.floats(grouping.counts());
        var expected = IntStream.range(0, size).boxed()
                .sorted(Comparator.comparingInt(i -> entries[i] < 0 ? groups : entries[i])).mapToInt(Integer::intValue).toArray();
        assertArrayEquals(expected, order);
        for (int i = 0; i < size; i++) {
            assertEquals(entries[order[i]] < 0 ? -1 : i, inverse[order[i]]);
        }
        for (int g = 0; g < groups; g++) {
            int group = g;
            assertEquals(IntStream.of(entries).filter(entry -> entry == group).count(), counts[g]);
            assertEquals(counts[g], offsets[g + 1] - offsets[g]);
        }
        assertEquals(0, offsets[0]);
        assertEquals(IntStream.of(entries).filter(entry -> entry >= 0).count(), offsets[groups]);
    }

    @Test
    void groupByTakesWhatLiesOutsideForNoGroup() {
        var grouping = graph.constant(Shape.of(5), 2, 0, Integer.MAX_VALUE, 1, Integer.MIN_VALUE).groupBy(2);
        assertArrayEquals(new int[] {1, 3, 0, 2, 4}, Evaluation.ints(grouping.order()));
        assertArrayEquals(new int[] {-1, 0, -1, 1, -1}, Evaluation.ints(grouping.inverse()));
        var none = graph.constant(Shape.of(2), -1, -1).groupBy(3);
        assertArrayEquals(new int[] {0, 0, 0, 0}, Evaluation.ints(none.offsets()));
    }

    @Test
    void aCacheIsWrittenAndRead() {
        var cache = graph.constant(Shape.of(2, 3, 1), 1f, 2f, 3f, 4f, 5f, 6f);
        var values = graph.constant(Shape.of(2, 2, 1), 10f, 20f, 30f, 40f);
        assertArrayEquals(new float[] {10, 20, 3, 30, 40, 6}, Evaluation.floats(cache.writeRows(values, start(0))));
        assertArrayEquals(new float[] {1, 2, 10, 4, 5, 30}, Evaluation.floats(cache.writeRows(values, start(2))));
        assertArrayEquals(new float[] {20, 2, 3, 40, 5, 6}, Evaluation.floats(cache.writeRows(values, start(-1))));
        assertArrayEquals(new float[] {2, 3, 5, 6}, Evaluation.floats(cache.readRows(start(1), 2)));
        assertArrayEquals(new float[] {3, 0, 6, 0}, Evaluation.floats(cache.readRows(start(2), 2)));
        assertArrayEquals(new float[] {0, 1, 0, 4}, Evaluation.floats(cache.readRows(start(-1), 2)));
        for (int at : new int[] {0, 2, 3, -1}) {
            GradientCheck.of(Shape.of(2, 5, 3), Shape.of(2, 2, 3)).check(x ->
                    x.get(0).writeRows(x.get(1), x.get(0).graph().constant(Shape.of(1), at)));
            GradientCheck.of(Shape.of(2, 5, 3)).check(x -> x.getFirst().readRows(x.get(0).graph().constant(Shape.of(1), at), 2));
        }
    }

    private Tensor start(int row) {
        return graph.constant(Shape.of(1), row);
    }

    @Test
    void aCacheMayBeWrittenInPlace() {
        var operation = new patchbay.tensor.operations.WriteRows();
        assertTrue(operation.inPlace(0, 0));
        var cache = new float[] {1, 2, 3};
        patchbay.kernels.Indexing.writeRows(0, 3, cache, new float[] {9}, new int[] {1}, cache, 3, 1, 1);
        assertArrayEquals(new float[] {1, 9, 3}, cache);
    }

    @Test
    void mistakesNameTheOperationAndTheShapes() {
        var x = graph.constant(Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f);
        var i = graph.constant(Shape.of(2), 0, 1);
        assertMessage("gather of [f32[2, 3], f32[2, 3]]: f32[2, 3] is not i32", () -> x.gather(x));
        assertMessage("gather of [f32[], i32[2]]: a scalar has no rows", () -> graph.constant(1).gather(i));
        assertMessage("takeAlong of [f32[2, 3], i32[2]]", () -> x.gatherLast(i));
        assertMessage("scatterAdd of [f32[3, 2], i32[2]]: the first axes must be those of the indices, [2]",
                () -> x.reshape(3, 2).scatterAdd(i, 4));
        assertMessage("topK of [f32[2, 3]]: k = 4 of 3 elements; it must be from 1 to 3", () -> x.topK(4));
        assertMessage("groupBy of [i32[2]]: into 0 groups", () -> i.groupBy(0));
        assertMessage("groupBy of [f32[2, 3]]: f32[2, 3] is not i32", () -> x.groupBy(2));
        assertMessage("oneHot of [f32[2, 3]]", () -> x.oneHot(2));
        assertMessage("writeRows of [f32[2, 3], f32[2, 3], i32[2]]: the start must be one number", () -> x.writeRows(x, i));
        assertMessage("differ in axis 1 only", () -> x.writeRows(x.reshape(3, 2), i.slice(0, 0, 1)));
    }

    private static void assertMessage(String part, org.junit.jupiter.api.function.Executable mistake) {
        var message = assertThrows(ShapeError.class, mistake).getMessage();
        assertTrue(message.contains(part), message);
    }
}
