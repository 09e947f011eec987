package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ElementwiseTest {

    private static final List<Shape> SIZES = List.of(Shape.scalar(), Shape.of(1), Shape.of(13), Shape.of(3, 1, 207));

    /** Same shape, suffix, prefix, both sides, a hole in the middle, more axes on either side, a scalar. */
    private static final List<List<Shape>> PAIRS = List.of(
            List.of(Shape.of(13, 7), Shape.of(13, 7)),
            List.of(Shape.of(13, 7), Shape.of(7)),
            List.of(Shape.of(7), Shape.of(13, 7)),
            List.of(Shape.of(13, 7), Shape.of(13, 1)),
            List.of(Shape.of(13, 1), Shape.of(1, 7)),
            List.of(Shape.of(2, 13, 3), Shape.of(2, 1, 3)),
            List.of(Shape.of(2, 13, 3), Shape.of(1, 13, 1)),
            List.of(Shape.of(2, 3, 4, 5), Shape.of(2, 1, 4, 1)),
            List.of(Shape.of(2, 1, 4, 5), Shape.of(2, 3, 1, 5)),
            List.of(Shape.of(2, 3, 4, 5), Shape.of(2, 1, 1, 5)),
            List.of(Shape.of(3, 2, 5, 2, 3), Shape.of(3, 1, 5, 1, 1)),
            List.of(Shape.of(207), Shape.scalar()),
            List.of(Shape.scalar(), Shape.of(1, 1)));

    record Function(String name, UnaryOperator<Tensor> tensor, DoubleUnaryOperator number, float low, float high) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Function> functions() {
        return Stream.of(
                new Function("negate", Tensor::negate, x -> -x, -2, 2),
                new Function("exp", Tensor::exp, Math::exp, -2, 2),
                new Function("log", Tensor::log, Math::log, 0.5f, 3),
                new Function("sqrt", Tensor::sqrt, Math::sqrt, 0.5f, 3),
                new Function("rsqrt", Tensor::rsqrt, x -> 1 / Math.sqrt(x), 0.5f, 3),
                new Function("square", Tensor::square, x -> x * x, -2, 2),
                new Function("abs", Tensor::abs, Math::abs, 0, 0),
                new Function("pow 3", x -> x.pow(3), x -> x * x * x, -2, 2),
                new Function("pow -1.5", x -> x.pow(-1.5f), x -> Math.pow(x, -1.5), 0.5f, 2),
                new Function("sin", Tensor::sin, Math::sin, -4, 4),
                new Function("cos", Tensor::cos, Math::cos, -4, 4),
                new Function("clamp", x -> x.clamp(-0.32f, 25.02f), x -> Math.min(Math.max(x, -0.32f), 25.02f), 0, 0),
                new Function("tanh", Tensor::tanh, Math::tanh, -2, 2),
                new Function("sigmoid", Tensor::sigmoid, x -> 1 / (1 + Math.exp(-x)), -3, 3),
                new Function("silu", Tensor::silu, x -> x / (1 + Math.exp(-x)), -4, 4),
                new Function("relu", Tensor::relu, x -> Math.max(x, 0), 0, 0),
                new Function("gelu", Tensor::gelu, x -> x * normal(x), -4, 4),
                new Function("geluTanh", Tensor::geluTanh,
                        x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))), -4, 4),
                new Function("softplus", Tensor::softplus, x -> Math.log1p(Math.exp(x)), -4, 4),
                new Function("+ 1.5", x -> x.add(1.5f), x -> x + 1.5, -2, 2),
                new Function("- 1.5", x -> x.subtract(1.5f), x -> x - 1.5, -2, 2),
                new Function("* 1.5", x -> x.multiply(1.5f), x -> x * 1.5, -2, 2),
                new Function("/ 1.5", x -> x.divide(1.5f), x -> x / 1.5, -2, 2));
    }

    /** The normal distribution function, by its power series. */
    private static double normal(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++) {
            term *= -x * x / (2 * n);
            sum += term / (2 * n + 1);
        }
        return 0.5 + sum / Math.sqrt(2 * Math.PI);
    }

    @ParameterizedTest
    @MethodSource("functions")
    void functionsYieldTheirValuesAndGradients(Function function) {
        for (var shape : SIZES) {
            var graph = new Graph();
            var x = Evaluation.random(shape.size(), 3);
            if (function.low < function.high) {
                for (int i = 0; i < x.length; i++) {
                    x[i] = function.low + (x[i] + 2) / 4 * (function.high - function.low);
                }
            }
            var y = Evaluation.floats(function.tensor.apply(graph.constant(shape, x)));
            for (int i = 0; i < x.length; i++) {
                double expected = function.number.applyAsDouble(x[i]);
                assertEquals(expected, y[i], 2e-6 * Math.max(1, Math.abs(expected)), "of " + x[i]);
            }
        }
        for (var shape : List.of(Shape.of(13), Shape.of(3, 1, 207))) {
            var check = GradientCheck.of(shape);
            check = function.low < function.high ? check.between(function.low, function.high) : check.apart();
            check.check(x -> function.tensor.apply(x.getFirst()));
        }
    }

    @ParameterizedTest
    @MethodSource("functions")
    void gradientsHaveGradients(Function function) {
        if (function.name.matches("abs|relu|clamp|negate|[-+*/] .*")) {
            return; // their first derivative is constant
        }
        GradientCheck.of(Shape.of(13)).between(function.low, function.high).check(x -> {
            var y = function.tensor.apply(x.getFirst());
            var seed = y.graph().filled(y.shape(), 1.5f);
            return Gradients.of(List.of(y), List.of(seed), x).getFirst();
        });
    }

    static Stream<Arguments> operators() {
        BinaryOperator<Tensor> add = Tensor::add;
        BinaryOperator<Tensor> subtract = Tensor::subtract;
        BinaryOperator<Tensor> multiply = Tensor::multiply;
        BinaryOperator<Tensor> divide = Tensor::divide;
        BinaryOperator<Tensor> maximum = Tensor::maximum;
        BinaryOperator<Tensor> minimum = Tensor::minimum;
        return Stream.of(
                Arguments.of("add", add, (DoubleBinaryOperator) (a, b) -> a + b),
                Arguments.of("subtract", subtract, (DoubleBinaryOperator) (a, b) -> a - b),
                Arguments.of("multiply", multiply, (DoubleBinaryOperator) (a, b) -> a * b),
                Arguments.of("divide", divide, (DoubleBinaryOperator) (a, b) -> a / b),
                Arguments.of("maximum", maximum, (DoubleBinaryOperator) Math::max),
                Arguments.of("minimum", minimum, (DoubleBinaryOperator) Math::min));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("operators")
    void operatorsBroadcast(String name, BinaryOperator<Tensor> tensor, DoubleBinaryOperator number) {
        for (var pair : PAIRS) {
            var graph = new Graph();
            var a = Evaluation.random(pair.get(0).size(), 1);
            var b = Evaluation.random(pair.get(1).size(), 2);
            var out = tensor.apply(graph.constant(pair.get(0), a), graph.constant(pair.get(1), b));
            var full = pair.get(0).broadcast(pair.get(1));
            assertEquals(full, out.shape());
            var expected = new float[full.size()];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = (float) number.applyAsDouble(a[source(i, full, pair.get(0))], b[source(i, full, pair.get(1))]);
            }
            assertArrayEquals(expected, Evaluation.floats(out), name + " of " + pair);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("operators")
    void operatorsHaveGradients(String name, BinaryOperator<Tensor> tensor, DoubleBinaryOperator number) {
        for (var pair : PAIRS) {
            var check = GradientCheck.of(pair.get(0), pair.get(1));
            if (name.endsWith("mum")) {
                // Odd multiples of 0.05 on one side, shifted by 0.025 on the other: never equal, never exchanged by a step.
                check.apart().mayVanish().check(x -> tensor.apply(x.get(0), x.get(1).add(0.025f)));
            } else {
                check.between(0.5f, 2).check(x -> tensor.apply(x.get(0), x.get(1)));
            }
        }
    }

    /** Where element {@code i} of {@code full} comes from in an operand that is broadcast to it. */
    private static int source(int i, Shape full, Shape operand) {
        int index = 0;
        int stride = 1;
        int rest = i;
        for (int back = 1; back <= full.rank(); back++) {
            int digit = rest % full.dim(-back);
            rest /= full.dim(-back);
            if (back <= operand.rank()) {
                index += operand.dim(-back) == 1 ? 0 : digit * stride;
                stride *= operand.dim(-back);
            }
        }
        return index;
    }

    @Test
    void equalOperandsOfMaximumGiveTheGradientToTheFirst() {
        var graph = new Graph();
        var a = graph.constant(Shape.of(3), 1f, 2f, 3f);
        var b = graph.constant(Shape.of(3), 1f, 3f, 2f);
        var gradients = Gradients.of(a.maximum(b).sum(), List.of(a, b));
        assertArrayEquals(new float[] {1, 0, 1}, Evaluation.floats(gradients.get(0)));
        assertArrayEquals(new float[] {0, 1, 0}, Evaluation.floats(gradients.get(1)));
    }

    @Test
    void wholeNumbersHaveTheirOwnArithmetic() {
        var graph = new Graph();
        var a = graph.constant(Shape.of(2, 3), 7, -7, 16_777_217, 4, 0, -1);
        var b = graph.constant(Shape.of(3), 2, 2, 0);
        assertArrayEquals(new int[] {9, -5, 16_777_217, 6, 2, -1}, Evaluation.ints(a.add(b)));
        assertArrayEquals(new int[] {5, -9, 16_777_217, 2, -2, -1}, Evaluation.ints(a.subtract(b)));
        assertArrayEquals(new int[] {14, -14, 0, 8, 0, 0}, Evaluation.ints(a.multiply(b)));
        assertArrayEquals(new int[] {3, -3, 0, 2, 0, 0}, Evaluation.ints(a.divide(b)));
        assertArrayEquals(new int[] {7, 2, 16_777_217, 4, 2, 0}, Evaluation.ints(a.maximum(b)));
        assertArrayEquals(new int[] {2, -7, 0, 2, 0, -1}, Evaluation.ints(a.minimum(b)));
        assertArrayEquals(new int[] {8, -6, 16_777_218, 5, 1, 0}, Evaluation.ints(a.add(1)));
        assertArrayEquals(new int[] {-7, 7, -16_777_217, -4, 0, 1}, Evaluation.ints(a.negate()));
        assertMessage("arithmetic with 2.5 of [i32[2, 3]]: it must be a whole number", () -> a.add(2.5f));
    }

    @Test
    void comparisonsAreOneOrZero() {
        var graph = new Graph();
        var a = graph.constant(Shape.of(4), 1f, 2f, 3f, Float.NaN);
        var b = graph.constant(Shape.of(1), 2f);
        assertArrayEquals(new float[] {0, 0, 1, 0}, Evaluation.floats(a.greater(b)));
        assertArrayEquals(new float[] {0, 1, 1, 0}, Evaluation.floats(a.greaterOrEqual(b)));
        assertArrayEquals(new float[] {1, 0, 0, 0}, Evaluation.floats(a.less(2)));
        assertArrayEquals(new float[] {1, 1, 0, 0}, Evaluation.floats(a.lessOrEqual(2)));
        assertArrayEquals(new float[] {0, 1, 0, 0}, Evaluation.floats(a.equal(b)));
        assertArrayEquals(new float[] {1, 0, 1, 1}, Evaluation.floats(a.notEqual(2)));
        var i = graph.constant(Shape.of(3, 1), -1, 0, 16_777_217);
        var j = graph.constant(Shape.of(2), 0, 16_777_216);
        assertArrayEquals(new float[] {0, 0, 0, 0, 1, 1}, Evaluation.floats(i.greater(j)));
        assertArrayEquals(new float[] {0, 0, 1, 0, 1, 1}, Evaluation.floats(i.greaterOrEqual(j)));
        assertArrayEquals(new float[] {1, 1, 0, 1, 0, 0}, Evaluation.floats(i.less(j)));
        assertArrayEquals(new float[] {0, 0, 1, 0, 0, 0}, Evaluation.floats(i.equal(j)));
        assertArrayEquals(new float[] {0, 1, 1}, Evaluation.floats(i.greaterOrEqual(0)));
        assertArrayEquals(new float[] {0, 1, 1}, Evaluation.floats(i.notEqual(-1)));
    }

    @Test
    void whereChooses() {
        var graph = new Graph();
        var condition = graph.constant(Shape.of(2, 1), 0f, -3f);
        var yes = graph.constant(Shape.of(3), 1f, 2f, 3f);
        assertArrayEquals(new float[] {9, 9, 9, 1, 2, 3}, Evaluation.floats(condition.where(yes, graph.constant(9))));
        assertArrayEquals(new int[] {8, 7}, Evaluation.ints(
                condition.where(graph.constant(Shape.scalar(), 7), graph.constant(Shape.scalar(), 8))));
        GradientCheck.of(Shape.of(13, 7), Shape.of(7)).apart().check(x -> x.get(0).greater(0).where(x.get(0), x.get(1)));
    }

    @Test
    void whatWhereDoesNotChooseGetsNoGradientEvenIfItIsNotANumber() {
        var graph = new Graph();
        var x = graph.constant(Shape.of(2), 1f, 2f);
        var seed = graph.constant(Shape.of(2), Float.NaN, 1f);
        var y = graph.constant(Shape.of(2), 0f, 1f).where(x, x.stopGradient());
        assertArrayEquals(new float[] {0, 1}, Evaluation.floats(Gradients.of(List.of(y), List.of(seed), List.of(x)).getFirst()));
    }

    @Test
    void typesAreConvertedTowardZero() {
        var graph = new Graph();
        var x = graph.constant(Shape.of(4), 1.9f, -1.9f, 0.5f, 3e9f);
        assertArrayEquals(new int[] {1, -1, 0, Integer.MAX_VALUE}, Evaluation.ints(x.toInt()));
        assertArrayEquals(new float[] {1, -1, 0}, Evaluation.floats(x.slice(0, 0, 3).toInt().toFloat()));
    }

    @Test
    void stopGradientStops() {
        var graph = new Graph();
        var x = graph.constant(Shape.of(2), 3f, 4f);
        var y = x.multiply(x.stopGradient());
        assertArrayEquals(new float[] {9, 16}, Evaluation.floats(y));
        assertArrayEquals(new float[] {3, 4}, Evaluation.floats(Gradients.of(y.sum(), List.of(x)).getFirst()));
    }

    @Test
    void activationsStayFiniteFarOut() {
        var graph = new Graph();
        var x = graph.constant(Shape.of(4), -200f, 200f, -1e30f, 1e30f);
        for (var y : List.of(x.silu(), x.gelu(), x.geluTanh(), x.softplus(), x.sigmoid(), x.tanh(), x.relu())) {
            for (float value : Evaluation.floats(y)) {
                assertTrue(Float.isFinite(value), y.toString());
            }
        }
        assertTrue(Float.isNaN(Evaluation.floats(graph.constant(Float.NaN).relu())[0]));
    }

    @Test
    void mistakesNameTheOperationTheShapesAndThePlace() {
        var graph = new Graph();
        var a = graph.constant(Shape.of(2), 1f, 2f);
        var b = graph.constant(Shape.of(3), 1f, 2f, 3f);
        var i = graph.constant(Shape.of(2), 1, 2);
        assertMessage("add of [f32[2], f32[3]]: [2] and [3] do not broadcast", () -> a.add(b));
        assertMessage("less of [f32[2], f32[3]]", () -> a.less(b));
        assertMessage("(in plugin cosine at layers.3)", () -> graph.at("plugin cosine at layers.3", () -> a.add(b)));
        assertMessage("where of", () -> a.where(a, b));
        assertMessage("operands of different types, f32 and i32", () -> a.add(i));
        assertMessage("exp of [i32[2]]: i32[2] is not f32", i::exp);
        assertMessage("toFloat of [f32[2]]", a::toFloat);
        assertMessage("clamp of [f32[2]]: from 2.0 to 1.0", () -> a.clamp(2, 1));
    }

    private static void assertMessage(String part, org.junit.jupiter.api.function.Executable mistake) {
        var message = assertThrows(ShapeError.class, mistake).getMessage();
        assertTrue(message.contains(part), message);
    }
}
