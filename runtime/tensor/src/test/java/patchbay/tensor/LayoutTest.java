package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LayoutTest {

    /** 0, 1, 2 … */
    private static int[] count(int size) {
        return IntStream.range(0, size).toArray();
    }

    private static float[] floats(int... values) {
        var floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = values[i];
        }
        return floats;
    }

    /** Checks the values of a layout operation on 0, 1, 2 … in both types, and its gradient. */
    private static void check(Shape shape, UnaryOperator<Tensor> layout, Shape expectedShape, int... expected) {
        var graph = new Graph();
        var ints = layout.apply(graph.constant(shape, count(shape.size())));
        assertEquals(expectedShape, ints.shape());
        assertArrayEquals(expected, Evaluation.ints(ints));
        assertArrayEquals(floats(expected), Evaluation.floats(layout.apply(graph.constant(shape, floats(count(shape.size()))))));
        GradientCheck.of(shape).check(x -> layout.apply(x.getFirst()));
    }

    @Test
    void reshapesKeepTheOrder() {
        check(Shape.of(2, 3), x -> x.reshape(3, 2), Shape.of(3, 2), 0, 1, 2, 3, 4, 5);
        check(Shape.of(2, 3), x -> x.reshape(-1, 1, 2), Shape.of(3, 1, 2), 0, 1, 2, 3, 4, 5);
        check(Shape.of(2, 3), Tensor::flatten, Shape.of(6), 0, 1, 2, 3, 4, 5);
        check(Shape.of(1), x -> x.reshape(Shape.scalar()), Shape.scalar(), 0);
        check(Shape.of(2, 3), x -> x.unsqueeze(1), Shape.of(2, 1, 3), 0, 1, 2, 3, 4, 5);
        check(Shape.of(2, 3), x -> x.unsqueeze(-1), Shape.of(2, 3, 1), 0, 1, 2, 3, 4, 5);
        check(Shape.of(2, 1, 3), x -> x.squeeze(-2), Shape.of(2, 3), 0, 1, 2, 3, 4, 5);
        var graph = new Graph();
        var x = graph.input("x", TensorType.f32(2, 3));
        graph.output("y", x.reshape(6).reshape(3, 2));
        assertSame(x, x.reshape(2, -1));
        var engine = new patchbay.tensor.reference.ReferenceEngine();
        assertEquals(0, engine.compile(graph, engine.variables()).launches());
    }

    @Test
    void axesChangePlaces() {
        check(Shape.of(2, 3), x -> x.transpose(0, 1), Shape.of(3, 2), 0, 3, 1, 4, 2, 5);
        check(Shape.of(1, 3), x -> x.transpose(0, -1), Shape.of(3, 1), 0, 1, 2);
        for (var shape : List.of(Shape.of(2, 3, 4, 5), Shape.of(1, 13, 1, 7), Shape.of(2, 3, 1, 17), Shape.of(13, 2, 3, 1))) {
            for (int[] axes : new int[][] {{0, 2, 1, 3}, {3, 2, 1, 0}, {1, 0, 3, 2}, {0, 1, 3, 2}, {2, 3, 0, 1}}) {
                var out = Shape.of(Arrays.stream(axes).map(shape::dim).toArray());
                check(shape, x -> x.permute(axes), out, permuted(shape, out, axes));
            }
        }
        var deep = Shape.of(2, 2, 2, 2, 2, 2);
        int[] reversed = {5, 4, 3, 2, 1, 0};
        check(deep, x -> x.permute(reversed), deep, permuted(deep, deep, reversed));
        var x = new Graph().constant(Shape.of(2, 2), 1f, 2f, 3f, 4f);
        assertSame(x, x.permute(0, -1));
    }

    private static int[] permuted(Shape shape, Shape out, int[] axes) {
        var expected = new int[out.size()];
        for (int i = 0; i < expected.length; i++) {
            int rest = i;
            for (int axis = axes.length - 1; axis >= 0; axis--) {
                expected[i] += rest % out.dim(axis) * shape.span(axes[axis] + 1, shape.rank());
                rest /= out.dim(axis);
            }
        }
        return expected;
    }

    @Test
    void partsAreCutOutAndPutTogether() {
        check(Shape.of(3, 4), x -> x.slice(0, 1, 3), Shape.of(2, 4), 4, 5, 6, 7, 8, 9, 10, 11);
        check(Shape.of(3, 4), x -> x.slice(-1, 1, 3), Shape.of(3, 2), 1, 2, 5, 6, 9, 10);
        check(Shape.of(2, 3, 2), x -> x.slice(1, 2, 3), Shape.of(2, 1, 2), 4, 5, 10, 11);
        check(Shape.of(7), x -> x.slice(0, 2, 5), Shape.of(3), 2, 3, 4);
        check(Shape.of(2, 2), x -> x.pad(0, 1, 2), Shape.of(5, 2), 0, 0, 0, 1, 2, 3, 0, 0, 0, 0);
        check(Shape.of(2, 2), x -> x.pad(1, 2, 1), Shape.of(2, 5), 0, 0, 0, 1, 0, 0, 0, 2, 3, 0);
        check(Shape.of(2, 2), x -> Layout.concat(0, x, x.slice(0, 1, 2)), Shape.of(3, 2), 0, 1, 2, 3, 2, 3);
        check(Shape.of(2, 2), x -> Layout.concat(-1, x.slice(1, 1, 2), x), Shape.of(2, 3), 1, 0, 1, 3, 2, 3);
        check(Shape.of(1, 2, 2), x -> Layout.concat(1, x, x), Shape.of(1, 4, 2), 0, 1, 2, 3, 0, 1, 2, 3);
        check(Shape.of(2, 5), x -> Layout.concat(1, x.split(1, 2, 1, 2).reversed()), Shape.of(2, 5), 3, 4, 2, 0, 1, 8, 9, 7, 5, 6);
        check(Shape.of(3, 2), x -> x.split(0, 1, 2).get(1), Shape.of(2, 2), 2, 3, 4, 5);
    }

    @Test
    void broadcastsRepeatAndSumsTakeThemBack() {
        check(Shape.of(3), x -> x.broadcastTo(Shape.of(2, 3)), Shape.of(2, 3), 0, 1, 2, 0, 1, 2);
        check(Shape.of(2, 1), x -> x.broadcastTo(Shape.of(2, 3)), Shape.of(2, 3), 0, 0, 0, 1, 1, 1);
        check(Shape.of(2, 1, 2), x -> x.broadcastTo(Shape.of(2, 2, 2)), Shape.of(2, 2, 2), 0, 1, 0, 1, 2, 3, 2, 3);
        check(Shape.of(2), x -> x.add(0).broadcastTo(Shape.of(1, 2)), Shape.of(1, 2), 0, 1);
        check(Shape.of(2, 2), x -> x.repeat(0, 2), Shape.of(4, 2), 0, 1, 0, 1, 2, 3, 2, 3);
        check(Shape.of(2, 2), x -> x.repeat(-1, 3), Shape.of(2, 6), 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3);
        var graph = new Graph();
        var one = graph.constant(7).broadcastTo(Shape.of(13, 207));
        assertArrayEquals(graph7(13 * 207), Evaluation.floats(one));
        for (var target : List.of(Shape.of(4), Shape.of(3, 1), Shape.of(1, 4), Shape.of(2, 1, 1), Shape.of(2, 1, 4), Shape.scalar())) {
            GradientCheck.of(Shape.of(2, 3, 4)).check(x -> x.getFirst().sumTo(target));
            GradientCheck.of(target).check(x -> x.getFirst().broadcastTo(Shape.of(2, 3, 4)));
        }
        var x = graph.constant(Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f);
        assertArrayEquals(new float[] {5, 7, 9}, Evaluation.floats(x.sumTo(Shape.of(3))));
        assertArrayEquals(new float[] {6, 15}, Evaluation.floats(x.sumTo(Shape.of(2, 1))));
        assertArrayEquals(new float[] {21}, Evaluation.floats(x.sumTo(Shape.scalar())));
    }

    private static float[] graph7(int size) {
        var sevens = new float[size];
        Arrays.fill(sevens, 7);
        return sevens;
    }

    /** What is added to a tensor of the shape that it is repeated to need not be written out. */
    @Test
    void aRepetitionIsNotWrittenOutToBeAdded() {
        var graph = new Graph();
        var x = graph.input("x", TensorType.f32(2, 3));
        var vector = graph.input("v", TensorType.f32(3));
        assertEquals(List.of(x, vector), added(x.add(vector.broadcastTo(Shape.of(2, 3)))));
        var stretched = vector.broadcastTo(Shape.of(2, 3));
        assertEquals(List.of(vector, stretched), added(vector.add(stretched)), "which has the shape from it");
    }

    private static List<Tensor> added(Tensor sum) {
        return ((Origin.Result) sum.origin()).node().inputs();
    }

    @Test
    void mistakesNameTheOperationAndTheShapes() {
        var graph = new Graph();
        var x = graph.constant(Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f);
        assertMessage("reshape of [f32[2, 3]]: 6 elements do not fill [4]", () -> x.reshape(4));
        assertMessage("reshape of [f32[2, 3]]: 6 elements do not fill [4, 1]", () -> x.reshape(4, -1));
        assertMessage("transpose of [f32[2, 3]]: axis 2 of [2, 3]", () -> x.transpose(0, 2));
        assertMessage("permute of [f32[2, 3]]: [0, 0] does not name each", () -> x.permute(0, 0));
        assertMessage("slice of [f32[2, 3]]: from 1 to 4 along axis 1, which has 3 elements", () -> x.slice(1, 1, 4));
        assertMessage("sizes [1, 1] add up to 2, but axis 1 has 3", () -> x.split(1, 1, 1));
        assertMessage("concat of [f32[2, 3], f32[2]]", () -> Layout.concat(0, x, x.slice(1, 0, 1).flatten()));
        assertMessage("concat of no tensors", () -> Layout.concat(0));
        assertMessage("broadcastTo of [f32[2, 3]]", () -> x.broadcastTo(Shape.of(2, 4)));
        assertMessage("broadcastTo of [f32[2, 3]]: [2, 3] does not stretch to [3]", () -> x.broadcastTo(Shape.of(3)));
        assertMessage("sumTo of [f32[2, 3]]: [2] does not stretch to [2, 3]", () -> x.sumTo(Shape.of(2)));
        assertMessage("squeeze of [f32[2, 3]]: axis 1 has 3 elements", () -> x.squeeze(1));
        assertMessage("unsqueeze of [f32[2, 3]]: there is no place 3", () -> x.unsqueeze(3));
        assertMessage("padding of -1 and 0", () -> x.pad(0, -1, 0));
        int[] shuffled = {1, 0, 3, 2, 5, 4, 6};
        assertMessage("(in router cosine)", () -> graph.at("router cosine", () -> x.unsqueeze(9)));
        assertMessage("at most 6 can be told apart", () -> graph.filled(Shape.of(2, 3, 2, 3, 2, 3, 17), 1).permute(6, 5, 4, 3, 2, 1, 0));
        graph.filled(Shape.of(1, 1, 1, 1, 1, 1, 2), 1).permute(shuffled);
    }

    private static void assertMessage(String part, org.junit.jupiter.api.function.Executable mistake) {
        var message = assertThrows(ShapeError.class, mistake).getMessage();
        assertTrue(message.contains(part), message);
    }
}
