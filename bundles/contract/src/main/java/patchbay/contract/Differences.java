package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import patchbay.tensor.Gradients;
import patchbay.tensor.Graph;
import patchbay.tensor.Tensor;

/**
 * Gradients against central differences: of a random projection of the given tensors, summed in double precision, by every
 * float input and parameter of a graph, along a few axes and one random direction. Fails where they differ by more than
 * 1 % of the greater, or of the gradient's root mean square.
 */
final class Differences {

    private static final int SAMPLE = 6;
    private static final double TOLERANCE = 1e-2;
    /** The most that a value is moved by, where nothing else is said. */
    static final double STEP = 1e-2;

    private final Trial trial;
    private final double step;
    private final List<float[]> projections = new ArrayList<>();

    private Differences(Trial trial, double step) {
        this.trial = trial;
        this.step = step;
    }

    static boolean check(Graph graph, List<Tensor> tensors, Map<String, float[]> values, Consumer<Trial> feed, String where) {
        return check(graph, tensors, values, feed, STEP, where);
    }

    /**
     * @param feed writes the inputs, and variables that should not have their first values; only those of {@code values} are moved
     * @param step the most that a value is moved by
     * @return whether any gradient is other than 0
     */
    static boolean check(Graph graph, List<Tensor> tensors, Map<String, float[]> values, Consumer<Trial> feed, double step, String where) {
        var moved = new LinkedHashMap<String, Tensor>();
        values.keySet().forEach(name -> moved.put(name, graph.inputs().get(name)));
        moved.putAll(graph.parameters());
        var projections = IntStream.range(0, tensors.size()).mapToObj(i -> projection(tensors.get(i).size(), i)).toList();
        var seeds = IntStream.range(0, tensors.size())
                .mapToObj(i -> graph.constant(tensors.get(i).shape(), projections.get(i))).toList();
        var gradients = Gradients.of(tensors, seeds, List.copyOf(moved.values()));
        for (int i = 0; i < tensors.size(); i++) {
            graph.output("projected/" + i, tensors.get(i));
        }
        var names = List.copyOf(moved.keySet());
        for (int i = 0; i < names.size(); i++) {
            graph.output("gradient/" + names.get(i), gradients.get(i));
        }
        try (var trial = Trial.of(graph)) {
            feed.accept(trial);
            var first = Trial.values(trial.variables());
            trial.run();
            trial.outputs().forEach((name, all) -> assertFinite(all, where + ", " + name));
            var check = new Differences(trial, step);
            check.projections.addAll(projections);
            var computed = new LinkedHashMap<String, float[]>();
            names.forEach(name -> computed.put(name, trial.floats("gradient/" + name)));
            for (var name : names) {
                check.compare(name, values.containsKey(name) ? values.get(name) : first.get(name), computed.get(name), first, where);
            }
            return computed.values().stream().anyMatch(gradient -> IntStream.range(0, gradient.length).anyMatch(i -> gradient[i] != 0));
        }
    }

    private static void assertFinite(float[] values, String where) {
        for (float value : values) {
            assertTrue(Float.isFinite(value), where + " is not finite");
        }
    }

    private void compare(String name, float[] values, float[] gradient, Map<String, float[]> first, String where) {
        double rms = rootMeanSquare(gradient);
        double spread = rootMeanSquare(values);
        double small = spread == 0 ? step : Math.min(step, spread / 10); // small values, as of an embedding, bend sooner
        for (int at : sample(values.length, name.hashCode())) {
            var axis = new float[values.length];
            axis[at] = 1;
            double numeric = derivative(name, values, axis, small, first);
            double bound = TOLERANCE * Math.max(Math.max(Math.abs(numeric), Math.abs(gradient[at])), rms) + 5e-4;
            assertEquals(numeric, gradient[at], bound, where + ": gradient by element " + at + " of " + name);
        }
        var direction = projection(values.length, 7);
        double along = IntStream.range(0, gradient.length).mapToDouble(i -> (double) gradient[i] * direction[i]).sum();
        double length = Math.sqrt(values.length);
        double numeric = derivative(name, values, direction, small / length, first);
        double bound = TOLERANCE * Math.max(Math.max(Math.abs(numeric), Math.abs(along)), rms * length) + 5e-4 * length;
        assertEquals(numeric, along, bound, where + ": gradient by " + name + " along a random direction");
        project(name, values, first);
    }

    /** By four points, so that the error is of the fourth order in the step. */
    private double derivative(String name, float[] values, float[] direction, double step, Map<String, float[]> first) {
        double near = at(name, values, direction, step, first) - at(name, values, direction, -step, first);
        double far = at(name, values, direction, 2 * step, first) - at(name, values, direction, -2 * step, first);
        return (8 * near - far) / (12 * step);
    }

    private double at(String name, float[] values, float[] direction, double step, Map<String, float[]> first) {
        var moved = values.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (float) (step * direction[i]);
        }
        return project(name, moved, first);
    }

    private static double rootMeanSquare(float[] values) {
        return Math.sqrt(IntStream.range(0, values.length).mapToDouble(i -> (double) values[i] * values[i]).average().orElse(0));
    }

    /** The projection at other values of {@code name}, all variables otherwise as at first: a run may update state. */
    private double project(String name, float[] values, Map<String, float[]> first) {
        first.forEach((variable, at) -> trial.set(variable, variable.equals(name) ? values : at));
        trial.with(name, values).run();
        double sum = 0;
        for (int i = 0; i < projections.size(); i++) {
            var weights = projections.get(i);
            var y = trial.floats("projected/" + i);
            for (int j = 0; j < y.length; j++) {
                sum += (double) y[j] * weights[j];
            }
        }
        return sum;
    }

    private static float[] projection(int size, int seed) {
        var random = new SplittableRandom(1000 + seed);
        var weights = new float[size];
        for (int i = 0; i < size; i++) {
            weights[i] = (float) (0.5 + random.nextDouble()) * (random.nextBoolean() ? 1 : -1);
        }
        return weights;
    }

    private static int[] sample(int size, int seed) {
        return size <= SAMPLE ? IntStream.range(0, size).toArray()
                : new SplittableRandom(seed).ints(0, size).distinct().limit(SAMPLE).toArray();
    }
}
