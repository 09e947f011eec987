package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import patchbay.tensor.reference.ReferenceEngine;

/**
 * Compares the gradients of a function of f32 tensors with central differences. What is differentiated is a random
 * projection of all outputs, summed in double precision. Every element of a small input is moved, and of a large one a
 * sample; a difference of more than 1 % of the element, or of the gradient's root mean square, fails.
 *
 * <pre>{@code GradientCheck.of(Shape.of(13, 7), Shape.of(7)).check(x -> x.get(0).multiply(x.get(1)));}</pre>
 */
public final class GradientCheck {

    private static final int SAMPLE = 48;
    private static final double TOLERANCE = 1e-2;

    private final List<Shape> shapes;
    private final List<float[]> values = new ArrayList<>();
    private float step = 1e-2f;
    private boolean mayVanish;

    private GradientCheck(List<Shape> shapes) {
        this.shapes = shapes;
        between(-1, 1);
    }

    /** Inputs of these shapes, their values drawn from [−1, 1). */
    public static GradientCheck of(Shape... shapes) {
        return new GradientCheck(List.of(shapes));
    }

    /** Draws all values from [low, high). */
    public GradientCheck between(float low, float high) {
        values.clear();
        for (int i = 0; i < shapes.size(); i++) {
            var random = new SplittableRandom(17 + i);
            var drawn = new float[shapes.get(i).size()];
            for (int j = 0; j < drawn.length; j++) {
                drawn[j] = (float) (low + random.nextDouble() * (high - low));
            }
            values.add(drawn);
        }
        return this;
    }

    /**
     * Makes the values of each input an arrangement of the odd multiples of 0.05: no two of them nearer than 0.1, none nearer to 0 than
     * 0.05, so no step passes a kink or exchanges two of them.
     */
    public GradientCheck apart() {
        for (int i = 0; i < shapes.size(); i++) {
            var random = new SplittableRandom(17 + i);
            var spread = values.get(i);
            for (int j = 0; j < spread.length; j++) {
                int other = random.nextInt(j + 1);
                spread[j] = spread[other];
                spread[other] = (2 * j - spread.length + (spread.length % 2 == 0 ? 1 : 2)) * 0.05f;
            }
        }
        return this;
    }

    /** The values of one input. */
    public GradientCheck with(int input, float... given) {
        values.set(input, given.clone());
        return this;
    }

    /** How far an element is moved to either side; 0.01 unless said. */
    public GradientCheck step(float size) {
        step = size;
        return this;
    }

    /** Allows an input that no output depends on; otherwise that fails, for the check would pass for any zero gradient. */
    public GradientCheck mayVanish() {
        mayVanish = true;
        return this;
    }

    public void check(Function<List<Tensor>, Tensor> function) {
        checkAll(inputs -> List.of(function.apply(inputs)));
    }

    /** Of a function with several outputs, all f32. */
    public void checkAll(Function<List<Tensor>, List<Tensor>> function) {
        var graph = new Graph();
        var inputs = IntStream.range(0, shapes.size()).mapToObj(i -> graph.input("x" + i, TensorType.f32(shapes.get(i)))).toList();
        var outputs = function.apply(inputs);
        var projections = IntStream.range(0, outputs.size()).mapToObj(i -> projection(outputs.get(i).size(), i)).toList();
        var seeds = IntStream.range(0, outputs.size())
                .mapToObj(i -> graph.constant(outputs.get(i).shape(), projections.get(i))).toList();
        var gradients = Gradients.of(outputs, seeds, inputs);
        name(graph, "y", outputs);
        name(graph, "g", gradients);
        var engine = new ReferenceEngine();
        try (var program = engine.compile(graph, engine.variables())) {
            for (int i = 0; i < shapes.size(); i++) {
                program.write("x" + i, values.get(i));
            }
            program.run();
            var analytic = IntStream.range(0, shapes.size()).mapToObj(i -> program.floats("g" + i)).toList();
            for (int i = 0; i < shapes.size(); i++) {
                compare(program, i, analytic.get(i), projections);
            }
        }
    }

    private static void name(Graph graph, String prefix, List<Tensor> tensors) {
        for (int i = 0; i < tensors.size(); i++) {
            graph.output(prefix + i, tensors.get(i));
        }
    }

    private static float[] projection(int size, int seed) {
        var random = new SplittableRandom(1000 + seed);
        var weights = new float[size];
        for (int i = 0; i < size; i++) {
            weights[i] = (float) (0.5 + random.nextDouble()) * (random.nextBoolean() ? 1 : -1);
        }
        return weights;
    }

    private void compare(Program program, int input, float[] analytic, List<float[]> projections) {
        double rms = Math.sqrt(IntStream.range(0, analytic.length).mapToDouble(i -> (double) analytic[i] * analytic[i]).average().orElse(0));
        var moved = values.get(input).clone();
        boolean any = mayVanish || moved.length == 0;
        for (int at : sample(moved.length, input)) {
            float here = moved[at];
            moved[at] = here + step;
            double width = moved[at];
            double up = project(program, input, moved, projections);
            moved[at] = here - step;
            width -= moved[at];
            double down = project(program, input, moved, projections);
            moved[at] = here;
            double numeric = (up - down) / width;
            any |= Math.abs(numeric) > 1e-3;
            double bound = TOLERANCE * Math.max(Math.max(Math.abs(numeric), Math.abs(analytic[at])), rms) + 1e-4;
            assertEquals(numeric, analytic[at], bound, "gradient by element " + at + " of input " + input + " of " + shapes);
        }
        program.write("x" + input, moved);
        assertTrue(any, "no output depends on input " + input + " of " + shapes);
    }

    private static int[] sample(int size, int seed) {
        return size <= SAMPLE ? IntStream.range(0, size).toArray() : new SplittableRandom(seed).ints(0, size).distinct().limit(SAMPLE).toArray();
    }

    private static double project(Program program, int input, float[] moved, List<float[]> projections) {
        program.write("x" + input, moved);
        program.run();
        double sum = 0;
        for (int i = 0; i < projections.size(); i++) {
            var weights = projections.get(i);
            var y = program.floats("y" + i);
            for (int j = 0; j < y.length; j++) {
                sum += (double) y[j] * weights[j];
            }
        }
        return sum;
    }
}
