package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import patchbay.tensor.operations.LinearRecurrence;

class ReductionsTest {

    private static final List<Shape> SHAPES = List.of(Shape.of(1), Shape.of(13), Shape.of(1, 207), Shape.of(13, 7), Shape.of(3, 1, 5),
            Shape.of(2, 13, 19), Shape.of(2, 3, 4, 5), Shape.of(600, 3), Shape.of(2, 4098));

    private static List<int[]> axesOf(Shape shape) {
        return IntStream.range(1, 1 << shape.rank())
                .mapToObj(set -> IntStream.range(0, shape.rank()).filter(axis -> (set >> axis & 1) == 1).toArray()).toList();
    }

    /** Sums of x and of its squares over {@code axes} in double precision, and the count. */
    private record Moments(double[] sums, double[] squares, int count) {

        static Moments of(float[] x, Shape shape, int[] axes) {
            int size = shape.size() / Arrays.stream(axes).map(shape::dim).reduce(1, (a, b) -> a * b);
            var moments = new Moments(new double[size], new double[size], shape.size() / size);
            for (int i = 0; i < x.length; i++) {
                int place = 0;
                for (int axis = 0; axis < shape.rank(); axis++) {
                    int here = axis;
                    if (Arrays.stream(axes).noneMatch(gone -> gone == here)) {
                        place = place * shape.dim(axis) + i / shape.span(axis + 1, shape.rank()) % shape.dim(axis);
                    }
                }
                moments.sums[place] += x[i];
                moments.squares[place] += (double) x[i] * x[i];
            }
            return moments;
        }
    }

    @Test
    void sumsMeansAndVariancesOverAnyAxes() {
        for (var shape : SHAPES) {
            var x = Evaluation.random(shape.size(), 5);
            for (var axes : axesOf(shape)) {
                var graph = new Graph();
                var tensor = graph.constant(shape, x);
                var moments = Moments.of(x, shape, axes);
                var sum = Evaluation.floats(tensor.sum(axes));
                var mean = Evaluation.floats(tensor.mean(axes));
                var variance = Evaluation.floats(tensor.variance(axes));
                assertEquals(moments.sums.length, tensor.sum(axes).size());
                for (int i = 0; i < sum.length; i++) {
                    double average = moments.sums[i] / moments.count;
                    assertEquals(moments.sums[i], sum[i], 2e-6 * Math.sqrt(moments.count) * 4);
                    assertEquals(average, mean[i], 2e-6);
                    assertEquals(moments.squares[i] / moments.count - average * average, variance[i], 2e-5);
                }
            }
        }
    }

    @Test
    void theirGradients() {
        for (var shape : List.of(Shape.of(13), Shape.of(13, 7), Shape.of(2, 13, 19), Shape.of(2, 3, 4, 5), Shape.of(600, 3))) {
            for (var axes : axesOf(shape)) {
                GradientCheck.of(shape).checkAll(x -> List.of(x.getFirst().sum(axes), x.getFirst().mean(axes)));
                GradientCheck.of(shape).check(x -> x.getFirst().variance(axes).multiply(100));
            }
        }
        GradientCheck.of(Shape.of(13, 7)).checkAll(x ->
                List.of(x.getFirst().sum(), x.getFirst().mean().multiply(50), x.getFirst().norm()));
    }

    @Test
    void aMillionElementsAreSummedAccurately() {
        for (var shape : List.of(Shape.of(1_000_003), Shape.of(1_000, 1_000), Shape.of(200_000, 5))) {
            var x = Evaluation.random(shape.size(), 9);
            for (int i = 0; i < x.length; i++) {
                x[i] += 3; // one sign: rounding errors do not cancel
            }
            double expected = 0;
            double squares = 0;
            for (float v : x) {
                expected += v;
                squares += (double) v * v;
            }
            var graph = new Graph();
            var tensor = graph.constant(shape, x);
            assertEquals(expected, Evaluation.floats(tensor.sum())[0], 1e-6 * expected);
            assertEquals(Math.sqrt(squares), Evaluation.floats(tensor.norm())[0], 1e-6 * Math.sqrt(squares));
            var columns = Evaluation.floats(tensor.sum(0));
            double sum = 0;
            for (float column : columns) {
                sum += column;
            }
            assertEquals(expected, sum, 1e-6 * expected);
        }
    }

    @Test
    void extremesAndTheirPlaces() {
        var graph = new Graph();
        var x = graph.constant(Shape.of(2, 3), 3f, 5f, 5f, -1f, -1f, -4f);
        assertArrayEquals(new float[] {5, -1}, Evaluation.floats(x.max(1)));
        assertArrayEquals(new int[] {1, 0}, Evaluation.ints(x.argmax(-1)));
        assertArrayEquals(new float[] {3, -4}, Evaluation.floats(x.min(1)));
        assertArrayEquals(new float[] {3, 5, 5}, Evaluation.floats(x.max(0)));
        assertArrayEquals(new int[] {0, 0, 0}, Evaluation.ints(x.argmax(0)));
        assertArrayEquals(new float[] {-1, -1, -4}, Evaluation.floats(x.min(0)));
        assertArrayEquals(new float[] {5}, Evaluation.floats(x.max()));
        assertArrayEquals(new float[] {-4}, Evaluation.floats(x.min()));
        assertArrayEquals(new float[] {0, 1, 0, 1, 0, 0}, Evaluation.floats(Gradients.of(x.max(1).sum(), List.of(x)).getFirst()));
        var broken = graph.constant(Shape.of(3), 1f, Float.NaN, 2f);
        assertTrue(Float.isNaN(Evaluation.floats(broken.max())[0]));
        assertTrue(Float.isNaN(Evaluation.floats(broken.min())[0]));
        assertArrayEquals(new int[] {1}, Evaluation.ints(broken.argmax(0)));
        for (var shape : List.of(Shape.of(1), Shape.of(207), Shape.of(13, 7), Shape.of(3, 1, 5))) {
            for (int axis = 0; axis < shape.rank(); axis++) {
                int along = axis;
                GradientCheck.of(shape).apart().mayVanish().checkAll(in -> List.of(in.getFirst().max(along), in.getFirst().min(along)));
            }
        }
    }

    @Test
    void runningSums() {
        var graph = new Graph();
        var x = graph.constant(Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f);
        assertArrayEquals(new float[] {1, 3, 6, 4, 9, 15}, Evaluation.floats(x.cumulativeSum(-1)));
        assertArrayEquals(new float[] {0, 1, 3, 0, 4, 9}, Evaluation.floats(x.cumulativeSum(1, true)));
        assertArrayEquals(new float[] {1, 2, 3, 5, 7, 9}, Evaluation.floats(x.cumulativeSum(0)));
        assertArrayEquals(new float[] {0, 0, 0, 1, 2, 3}, Evaluation.floats(x.cumulativeSum(0, true)));
        for (var shape : List.of(Shape.of(13), Shape.of(2, 13, 3), Shape.of(4, 1, 2), Shape.of(207))) {
            for (int axis = 0; axis < shape.rank(); axis++) {
                int along = axis;
                GradientCheck.of(shape).check(in -> in.getFirst().cumulativeSum(along));
                GradientCheck.of(shape).mayVanish().check(in -> in.getFirst().cumulativeSum(along, true));
            }
        }
        GradientCheck.of(Shape.of(13)).check(in -> { // the gradient's own gradient, through the reversed sum
            var y = in.getFirst().cumulativeSum(0, true).square();
            return Gradients.of(y.sum(), in).getFirst();
        });
    }

    @Test
    void statesThatDecayAndGrow() {
        var graph = new Graph();
        var states = graph.apply(new LinearRecurrence(), List.of(graph.constant(Shape.of(1, 3, 1, 2), 1f, 2f, 3f, 4f, 5f, 6f),
                graph.constant(Shape.of(1, 3, 1), 0.5f, 0f, 2f), graph.constant(Shape.of(1, 1, 2), 10f, 20f)));
        assertArrayEquals(new float[] {10, 20, 6, 12, 3, 4}, Evaluation.floats(states.get(0)));
        assertArrayEquals(new float[] {11, 14}, Evaluation.floats(states.get(1)));
        for (int[] sizes : new int[][] {{1, 1, 1, 1}, {2, 5, 3, 4}, {1, 13, 2, 7}}) {
            int n = sizes[0], m = sizes[1], d = sizes[2], e = sizes[3];
            GradientCheck.of(Shape.of(sizes), Shape.of(n, m, d), Shape.of(n, d, e)).check(in -> {
                var both = in.getFirst().graph().apply(new LinearRecurrence(), in);
                return Layout.concat(0, both.get(0).reshape(n * m * d * e), both.get(1).reshape(n * d * e));
            });
        }
    }

    @Test
    void mistakesNameTheOperationAndTheShapes() {
        var graph = new Graph();
        var x = graph.constant(Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f);
        assertMessage("sum of [f32[2, 3]]: axis 2 of [2, 3]", () -> x.sum(2));
        assertMessage("of axes [1, -1] one is there twice", () -> x.sum(1, -1));
        assertMessage("max of [f32[2, 3]]: axis -3 of [2, 3]", () -> x.max(-3));
        assertMessage("max of [f32[0]]: axis 0 is empty", () -> x.slice(0, 1, 1).max());
        assertMessage("sum of [i32[1]]: i32[1] is not f32", () -> graph.constant(Shape.of(1), 1).sum());
        assertMessage("cumulativeSum of [f32[2, 3]]: axis 2", () -> x.cumulativeSum(2));
        assertMessage("the decays must be f32[1, 2, 3]", () -> graph.apply(new LinearRecurrence(), x.reshape(1, 2, 3, 1), x, x));
    }

    private static void assertMessage(String part, org.junit.jupiter.api.function.Executable mistake) {
        var message = assertThrows(ShapeError.class, mistake).getMessage();
        assertTrue(message.contains(part), message);
    }
}
