package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import patchbay.tensor.reference.ReferenceEngine;

/** What tests of operations share: random numbers, evaluation by the reference engine, gradients against differences. */
final class Numeric {

    private Numeric() {}

    /** Uniform in [−1, 1). */
    static float[] random(int size, long seed) {
        var random = new SplittableRandom(seed);
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (random.nextDouble() * 2 - 1);
        }
        return values;
    }

    /** The values of one tensor of a graph without inputs. */
    static float[] values(Function<Graph, Tensor> build) {
        return all(graph -> List.of(build.apply(graph))).getFirst();
    }

    /** The values of several tensors of a graph without inputs. */
    static List<float[]> all(Function<Graph, List<Tensor>> build) {
        var graph = new Graph();
        var outputs = build.apply(graph);
        for (int i = 0; i < outputs.size(); i++) {
            graph.output("y" + i, outputs.get(i));
        }
        var engine = new ReferenceEngine();
        try (var program = engine.compile(graph, engine.variables())) {
            program.run();
            return IntStream.range(0, outputs.size()).mapToObj(i -> program.floats("y" + i)).toList();
        }
    }

    /**
     * Compares the gradients of a random projection of {@code build}'s result with central differences along random directions
     * and, for the first few elements, along the axes.
     */
    static void gradients(BiFunction<Graph, List<Tensor>, Tensor> build, Shape... shapes) {
        var graph = new Graph();
        var inputs = new ArrayList<Tensor>();
        for (int i = 0; i < shapes.length; i++) {
            inputs.add(graph.input("x" + i, TensorType.f32(shapes[i])));
        }
        var y = build.apply(graph, inputs);
        var projection = random(y.size(), 99);
        graph.output("y", y);
        var gradients = Gradients.of(List.of(y), List.of(graph.constant(y.shape(), projection)), inputs);
        for (int i = 0; i < shapes.length; i++) {
            graph.output("g" + i, gradients.get(i));
        }
        var engine = new ReferenceEngine();
        try (var program = engine.compile(graph, engine.variables())) {
            var at = new ArrayList<float[]>();
            for (int i = 0; i < shapes.length; i++) {
                at.add(random(shapes[i].size(), i + 1));
                program.write("x" + i, at.get(i));
            }
            program.run();
            var computed = IntStream.range(0, shapes.length).mapToObj(i -> program.floats("g" + i)).toList();
            for (int i = 0; i < shapes.length; i++) {
                var gradient = computed.get(i);
                for (int k = -3; k < Math.min(5, gradient.length); k++) {
                    var direction = k < 0 ? random(gradient.length, 1000 - k) : new float[gradient.length];
                    if (k >= 0) {
                        direction[k] = 1;
                    }
                    compare(program, i, at.get(i), gradient, direction, projection);
                }
            }
        }
    }

    private static void compare(Program program, int input, float[] at, float[] gradient, float[] direction,
            float[] projection) {
        double expected = 0;
        double length = 0;
        for (int j = 0; j < gradient.length; j++) {
            expected += (double) gradient[j] * direction[j];
            length += direction[j] * direction[j];
        }
        double step = 1e-2 / Math.sqrt(length);
        double difference = (along(program, input, at, direction, step, projection)
                - along(program, input, at, direction, -step, projection)) / (2 * step);
        program.write("x" + input, at);
        assertEquals(difference, expected, 1e-2 * Math.max(1, Math.abs(difference)), "gradient by input " + input);
    }

    private static double along(Program program, int input, float[] at, float[] direction, double step,
            float[] projection) {
        var moved = at.clone();
        for (int j = 0; j < moved.length; j++) {
            moved[j] += (float) (step * direction[j]);
        }
        program.write("x" + input, moved);
        program.run();
        var y = program.floats("y");
        double sum = 0;
        for (int j = 0; j < y.length; j++) {
            sum += (double) y[j] * projection[j];
        }
        return sum;
    }

    /** {@code |expected − actual| ≤ bound} for every element. */
    static void assertClose(double[] expected, float[] actual, double bound) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], bound, "element " + i);
        }
    }

    static void assertClose(float[] expected, float[] actual, double bound) {
        assertClose(IntStream.range(0, expected.length).mapToDouble(i -> expected[i]).toArray(), actual, bound);
    }
}
