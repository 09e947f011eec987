package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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

    /** {@link GradientCheck} of {@code build} at inputs of {@code shapes}. Of one element each, a softmax or its like is constant. */
    static void gradients(BiFunction<Graph, List<Tensor>, Tensor> build, Shape... shapes) {
        var check = GradientCheck.of(shapes);
        if (Stream.of(shapes).allMatch(shape -> shape.size() == 1)) {
            check.mayVanish();
        }
        check.check(inputs -> build.apply(inputs.getFirst().graph(), inputs));
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
