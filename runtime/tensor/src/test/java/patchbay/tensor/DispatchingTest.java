package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.tensor.operations.ChoiceProducts;
import patchbay.tensor.operations.Combine;
import patchbay.tensor.operations.Dispatch;

class DispatchingTest {

    /** Two tokens with two choices each among three groups, one of them none: sorted, the entries are 3, 0, 1 and then 2. */
    private static final int[] CHOSEN = {1, 2, -1, 0};

    @Test
    void rowsStandSortedByGroupAndZerosBehindThem() {
        var sorted = Numeric.values(graph -> graph.constant(Shape.of(2, 2), 1f, 2, 3, 4)
                .dispatch(graph.constant(Shape.of(2, 2), CHOSEN).groupBy(3), 2));
        assertArrayEquals(new float[] {3, 4, 1, 2, 1, 2, 0, 0}, sorted);
    }

    @Test
    void sortedRowsComeBackWeighed() {
        var rows = Numeric.values(graph -> graph.constant(Shape.of(4, 2), 3f, 4, 10, 20, 100, 200, 7, 7)
                .combine(graph.constant(Shape.of(2, 2), 0.5f, 2, 9, 3), graph.constant(Shape.of(2, 2), CHOSEN).groupBy(3)));
        assertArrayEquals(new float[] {205, 410, 9, 12}, rows);
    }

    @Test
    void productsOfAChoiceWithItsRow() {
        var products = Numeric.values(graph -> {
            var grouping = graph.constant(Shape.of(2, 2), CHOSEN).groupBy(3);
            return graph.apply(new ChoiceProducts(), graph.constant(Shape.of(4, 2), 3f, 4, 10, 20, 100, 200, 7, 7),
                    graph.constant(Shape.of(2, 2), 1f, 1, 2, 0), grouping.order(), grouping.inverse(), grouping.offsets());
        });
        assertArrayEquals(new float[] {30, 300, 0, 6}, products);
    }

    /** Against loops over the choices, with one choice in five of none. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1", "13, 1, 4, 3", "13, 2, 1, 5", "207, 2, 8, 13", "207, 3, 7, 4", "64, 3, 40, 2"})
    void valuesAreThoseOfLoops(int rows, int k, int groups, int dim) {
        var chosen = chosen(rows, k, groups);
        var x = Numeric.random(rows * dim, 1);
        var weights = Numeric.random(rows * k, 2);
        var sorted = new double[rows * k * dim];
        var there = new double[rows * dim];
        int place = 0;
        for (int g = 0; g < groups; g++) {
            for (int e = 0; e < chosen.length; e++) {
                if (chosen[e] == g) {
                    for (int d = 0; d < dim; d++) {
                        double value = x[e / k * dim + d];
                        sorted[place * dim + d] = value;
                        there[e / k * dim + d] += weights[e] * value * (g + 1);
                    }
                    place++;
                }
            }
        }
        var actual = Numeric.all(graph -> {
            var grouping = graph.constant(Shape.of(rows, k), chosen).groupBy(groups);
            var dispatched = graph.constant(Shape.of(rows, dim), x).dispatch(grouping, k);
            var each = new float[groups * dim];
            for (int i = 0; i < each.length; i++) {
                each[i] = i / dim + 1; // group g multiplies by g + 1
            }
            var factors = graph.filled(Shape.of(rows * k, 1), 1).groupedMatmul(graph.constant(Shape.of(groups, 1, dim), each), grouping.offsets());
            return List.of(dispatched, dispatched.multiply(factors).combine(graph.constant(Shape.of(rows, k), weights), grouping));
        });
        Numeric.assertClose(sorted, actual.get(0), 0);
        Numeric.assertClose(there, actual.get(1), 1e-4);
    }

    private static int[] chosen(int rows, int k, int groups) {
        var random = new SplittableRandom(5);
        var chosen = new int[rows * k];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = random.nextInt(5) == 0 ? -1 : random.nextInt(groups);
        }
        return chosen;
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1", "5, 1, 3, 2", "13, 2, 4, 3", "13, 3, 5, 2"})
    void gradientsOfAllThree(int rows, int k, int groups, int dim) {
        var chosen = chosen(rows, k, groups);
        var x = Shape.of(rows, dim);
        var weights = Shape.of(rows, k);
        var sorted = Shape.of(rows * k, dim);
        GradientCheck.of(x, weights).checkAll(in -> {
            var grouping = in.getFirst().graph().constant(weights, chosen).groupBy(groups);
            var plain = in.get(0).dispatch(grouping, k);
            var weighed = in.getFirst().graph().apply(new Dispatch(),
                    List.of(in.get(0), in.get(1), grouping.order(), grouping.inverse(), grouping.offsets()));
            return List.of(plain, weighed.getFirst());
        });
        GradientCheck.of(sorted, weights).check(in ->
                in.get(0).combine(in.get(1), in.getFirst().graph().constant(weights, chosen).groupBy(groups)));
        GradientCheck.of(sorted, x).check(in -> {
            var grouping = in.getFirst().graph().constant(weights, chosen).groupBy(groups);
            return in.getFirst().graph().apply(new ChoiceProducts(), in.get(0), in.get(1),
                    grouping.order(), grouping.inverse(), grouping.offsets());
        });
    }

    @Test
    void secondDerivatives() {
        var weights = Shape.of(5, 2);
        var chosen = chosen(5, 2, 3);
        GradientCheck.of(Shape.of(5, 3), weights, Shape.of(5, 3)).check(in -> {
            var graph = in.getFirst().graph();
            var grouping = graph.constant(weights, chosen).groupBy(3);
            var y = in.get(0).dispatch(grouping, 2).square().combine(in.get(1), grouping);
            return Gradients.of(List.of(y), List.of(in.get(2)), List.of(in.get(0))).getFirst();
        });
    }

    @Test
    void nobodyAnywhereIsZeros() {
        var all = Numeric.all(graph -> {
            var grouping = graph.constant(Shape.of(3, 1), -1, -1, -1).groupBy(2);
            var x = graph.filled(Shape.of(3, 2), 5);
            return List.of(x.dispatch(grouping, 1), x.combine(graph.filled(Shape.of(3, 1), 1), grouping));
        });
        assertArrayEquals(new float[6], all.get(0));
        assertArrayEquals(new float[6], all.get(1));
    }

    @Test
    void whatDoesNotFitIsToldByShapes() {
        var graph = new Graph();
        var grouping = graph.input("chosen", TensorType.i32(3, 2)).groupBy(4);
        var x = graph.input("x", TensorType.f32(3, 5));
        assertThrows(ShapeError.class, () -> x.dispatch(grouping, 3));
        assertThrows(ShapeError.class, () -> x.combine(graph.filled(Shape.of(3, 2), 1), grouping));
        assertThrows(ShapeError.class, () -> graph.apply(new Combine(), x, x, grouping.order(), grouping.inverse(), grouping.offsets()));
        assertEquals(TensorType.f32(6, 5), x.dispatch(grouping, 2).type());
    }
}
