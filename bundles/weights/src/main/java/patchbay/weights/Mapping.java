package patchbay.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;

/**
 * Which tensor of a file becomes which parameter of a model.
 *
 * @param sources what each parameter is taken from, by its path
 */
public record Mapping(Map<String, Mapping.Source> sources) {

    public Mapping {
        sources = Map.copyOf(sources);
    }

    /**
     * A tensor, or one of {@code parts} equal parts of its last axis.
     *
     * @param transposed whether its two axes change places, before it is parted
     */
    public record Source(String tensor, boolean transposed, int part, int parts) {

        public Source {
            if (part < 0 || part >= parts) {
                throw new IllegalArgumentException(tensor + ": part " + part + " of " + parts);
            }
        }

        public static Source of(String tensor) {
            return new Source(tensor, false, 0, 1);
        }

        public Source turned() {
            return new Source(tensor, !transposed, part, parts);
        }

        /** Part {@code part} of {@code parts}, from 0 on. */
        public Source part(int part, int parts) {
            return new Source(tensor, transposed, part, parts);
        }

        /** The shape that it yields; none that a parameter has if the tensor cannot be turned or parted so. */
        private List<Long> shape(List<Long> given) {
            if (transposed && given.size() != 2 || parts > 1 && (given.isEmpty() || last(given) % parts != 0)) {
                return List.of(-1L);
            }
            var shape = new ArrayList<>(transposed ? given.reversed() : given);
            if (parts > 1) {
                shape.add(shape.removeLast() / parts);
            }
            return shape;
        }

        private long last(List<Long> given) {
            return transposed ? given.getFirst() : given.getLast();
        }

        private float[] values(float[] values, List<Long> given) {
            var whole = transposed ? turned(values, given.get(0).intValue(), given.get(1).intValue()) : values;
            if (parts == 1) {
                return whole;
            }
            int row = (int) last(given);
            int width = row / parts;
            var own = new float[whole.length / parts];
            for (int from = part * width, to = 0; to < own.length; from += row, to += width) {
                System.arraycopy(whole, from, own, to, width);
            }
            return own;
        }

        private static float[] turned(float[] values, int rows, int columns) {
            var turned = new float[values.length];
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    turned[j * rows + i] = values[i * columns + j];
                }
            }
            return turned;
        }

        @Override
        public String toString() {
            return tensor + (transposed ? ", transposed" : "") + (parts > 1 ? ", part " + part + " of " + parts : "");
        }
    }

    /**
     * How a mapping suits a file and a model.
     *
     * @param missing tensors that parameters want and the file has not, and parameters that nothing was said of
     * @param unused tensors of the file that no parameter wants
     * @param misshapen a line for each tensor whose shape is not its parameter's
     */
    public record Report(List<String> missing, List<String> unused, List<String> misshapen) {

        public boolean isClean() {
            return missing.isEmpty() && unused.isEmpty() && misshapen.isEmpty();
        }

        @Override
        public String toString() {
            var parts = new ArrayList<String>();
            add(parts, missing, "missing");
            add(parts, misshapen, "of another shape");
            add(parts, unused, "not known");
            return String.join("; ", parts);
        }

        private static void add(List<String> parts, List<String> names, String what) {
            if (!names.isEmpty()) {
                parts.add(names.size() + " " + what + ": " + String.join(", ", names));
            }
        }
    }

    /** @param ignored tensors of the file that are not missed when no parameter wants them */
    public Report report(WeightsFile file, Map<String, Shape> parameters, Predicate<String> ignored) {
        var tensors = file.tensors().stream().collect(Collectors.toMap(Weight::name, weight -> weight, (first, _) -> first, LinkedHashMap::new));
        var missing = new LinkedHashSet<String>();
        var misshapen = new ArrayList<String>();
        var used = new LinkedHashSet<String>();
        parameters.forEach((path, shape) -> {
            var source = sources.get(path);
            if (source == null) {
                missing.add("anything for the parameter " + path);
                return;
            }
            used.add(source.tensor);
            var tensor = tensors.get(source.tensor);
            if (tensor == null) {
                missing.add(source.tensor);
            } else if (!source.shape(tensor.shape()).equals(dims(shape))) {
                misshapen.add(path + " " + shape + " from " + source + " " + tensor.shape());
            }
        });
        return new Report(List.copyOf(missing), unused(tensors.keySet(), used, ignored), misshapen);
    }

    private static List<String> unused(Set<String> there, Set<String> used, Predicate<String> ignored) {
        return there.stream().filter(name -> !used.contains(name) && !ignored.test(name)).toList();
    }

    private static List<Long> dims(Shape shape) {
        return Arrays.stream(shape.dims()).mapToObj(dim -> (long) dim).toList();
    }

    /**
     * Hands each parameter its values, one after the other.
     *
     * @throws UserError naming all tensors that are missing, misshapen or unknown, before anything is handed over
     */
    public void load(WeightsFile file, Map<String, Shape> parameters, Predicate<String> ignored, BiConsumer<String, float[]> into) {
        var report = report(file, parameters, ignored);
        if (!report.isClean()) {
            throw new UserError(file.file() + " does not hold this model's weights: " + report);
        }
        parameters.keySet().forEach(path -> {
            var source = sources.get(path);
            into.accept(path, source.values(file.floats(source.tensor), file.tensor(source.tensor).shape()));
        });
    }
}
