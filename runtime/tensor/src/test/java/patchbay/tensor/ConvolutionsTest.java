package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import patchbay.tensor.operations.Unfold.Axis;

class ConvolutionsTest {

    private static final List<Axis> AXES = List.of(Axis.point(), Axis.tiled(2), Axis.around(3, 1), Axis.around(3, 2), Axis.causal(2, 3), new Axis(2, 3, 1, 4, 2));

    /** A convolution by the definition, each output element a sum of its own. */
    private static float[] convolved(float[] x, Shape shape, float[] weight, int n, Axis rows, Axis columns) {
        int height = shape.dim(1), width = shape.dim(2), channels = shape.dim(3), down = rows.places(height), across = columns.places(width);
        var out = new float[shape.dim(0) * down * across * n];
        for (int at = 0; at < out.length; at++) {
            int place = at / n;
            for (int i = 0; i < rows.size(); i++) {
                for (int j = 0; j < columns.size(); j++) {
                    int y = place / across % down * rows.stride() - rows.before() + i * rows.dilation();
                    int z = place % across * columns.stride() - columns.before() + j * columns.dilation();
                    for (int c = 0; c < channels && y >= 0 && y < height && z >= 0 && z < width; c++) {
                        out[at] += x[((place / across / down * height + y) * width + z) * channels + c]
                                * weight[((i * columns.size() + j) * channels + c) * n + at % n];
                    }
                }
            }
        }
        return out;
    }

    @Test
    void aConvolutionIsItsDefinition() {
        for (var shape : List.of(Shape.of(2, 5, 7, 3), Shape.of(1, 4, 4, 1), Shape.of(3, 6, 5, 4))) {
            for (var rows : AXES) {
                for (var columns : AXES) {
                    var graph = new Graph();
                    int wide = rows.size() * columns.size() * shape.dim(3);
                    float[] x = Evaluation.random(shape.size(), 1), weight = Evaluation.random(wide * 2, 2);
                    var y = graph.constant(shape, x).convolve(graph.constant(Shape.of(wide, 2), weight), rows, columns);
                    assertEquals(Shape.of(shape.dim(0), rows.places(shape.dim(1)), columns.places(shape.dim(2)), 2), y.shape());
                    assertArrayEquals(convolved(x, shape, weight, 2, rows, columns), Evaluation.floats(y), 1e-5f, rows + ", " + columns);
                }
            }
        }
    }

    @Test
    void gradientsGoBackToAllThatAWindowSaw() {
        for (var rows : AXES) {
            for (var columns : AXES) {
                GradientCheck.of(Shape.of(2, 5, 4, 2), Shape.of(rows.size() * columns.size() * 2, 3))
                        .check(x -> x.get(0).convolve(x.get(1), rows, columns));
            }
        }
        GradientCheck.of(Shape.of(2, 5, 3)).check(x -> Gradients.of(x.getFirst().square().unfold(Axis.around(3, 2)).square().sum(), x).getFirst());
    }

    @Test
    void alongOneAxisThereAreNoRows() {
        var graph = new Graph();
        var x = graph.constant(Shape.of(1, 4, 1), 1f, 2f, 3f, 4f);
        assertArrayEquals(new float[] {0, 1, 0, 2, 1, 3, 2, 4}, Evaluation.floats(x.unfold(Axis.causal(2, 2))));
        assertArrayEquals(new float[] {1, 3, 5, 7}, Evaluation.floats(x.convolve(graph.filled(Shape.of(2, 1), 1), Axis.causal(2, 1))));
        assertArrayEquals(new float[] {1, 2, 3, 4}, Evaluation.floats(x.convolve(graph.filled(Shape.of(1, 1), 1), Axis.point())));
    }

    @Test
    void mistakesNameTheWindow() {
        var x = new Graph().filled(Shape.of(1, 2, 2, 1), 1);
        assertMessage("a window of 3 × 1 has no place in 2 × 2", () -> x.unfold(Axis.tiled(3), Axis.point()));
        assertMessage("unfold of f32[1, 2, 2, 1]: along one axis", () -> x.unfold(Axis.point()));
        assertMessage("a window has a size", () -> Axis.tiled(0));
    }

    private static void assertMessage(String part, org.junit.jupiter.api.function.Executable mistake) {
        var message = assertThrows(ShapeError.class, mistake).getMessage();
        assertTrue(message.contains(part), message);
    }
}
