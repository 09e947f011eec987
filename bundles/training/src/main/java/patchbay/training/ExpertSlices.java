package patchbay.training;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import patchbay.model.ModelSettings;
import patchbay.tensor.Shape;

/**
 * How values with an axis of experts pass to a model that has gained or lost some: each expert keeps its slice, a new one
 * has that of the expert that it copies, or zeros. So a router gains and loses columns, the parameters of experts that share a plugin lose slices, and
 * the others' optimizer moments stay what they were.
 *
 * @param copies of new experts, by name, whom they copy
 */
record ExpertSlices(ModelSettings was, ModelSettings is, Map<String, String> copies) {

    /** An axis of values in two shapes, and the experts along it. */
    private record Axis(int number, List<String> before, List<String> now) {}

    /** Names of the experts, in order. */
    List<String> before() {
        return was.expertNames();
    }

    List<String> now() {
        return is.expertNames();
    }

    /** Whether some of the experts that share a plugin have left. */
    boolean loseSharing() {
        return !is.sharing().containsAll(was.sharing());
    }

    /** The one axis in which the shapes differ, if it is one of all experts, or of those that share a plugin. */
    private Optional<Axis> axis(Shape before, Shape now) {
        if (before().equals(now()) || before.rank() != now.rank()) {
            return Optional.empty();
        }
        int axis = -1;
        for (int i = 0; i < before.rank(); i++) {
            if (before.dim(i) != now.dim(i)) {
                if (axis >= 0) {
                    return Optional.empty();
                }
                axis = i;
            }
        }
        if (axis < 0) {
            return Optional.empty();
        }
        for (var names : List.of(List.of(before(), now()), List.of(was.sharing(), is.sharing()))) {
            if (before.dim(axis) == names.getFirst().size() && now.dim(axis) == names.getLast().size()) {
                return Optional.of(new Axis(axis, names.getFirst(), names.getLast()));
            }
        }
        return Optional.empty();
    }

    /** The values in their new shape; empty if the shapes differ in something else than one axis of experts. */
    Optional<float[]> pass(Shape before, float[] values, Shape now) {
        return axis(before, now).map(axis -> {
            var passed = new float[now.size()];
            for (int expert = 0; expert < axis.now().size(); expert++) {
                int from = axis.before().indexOf(axis.now().get(expert));
                from = from >= 0 ? from : axis.before().indexOf(copies.getOrDefault(axis.now().get(expert), ""));
                if (from >= 0) {
                    copy(values, before, from, passed, now, expert, axis.number());
                }
            }
            return passed;
        });
    }

    /** Puts back the slices that {@code earlier} values of the new shape have of experts that come back, and of those in {@code changed}. */
    void restore(Shape before, float[] passed, Shape now, float[] earlier, Set<String> changed) {
        axis(before, now).ifPresent(axis -> {
            for (int expert = 0; expert < axis.now().size(); expert++) {
                var name = axis.now().get(expert);
                if (!axis.before().contains(name) || changed.contains(name)) {
                    copy(earlier, now, expert, passed, now, expert, axis.number());
                }
            }
        });
    }

    /** Blends the slice of one that leaves into that of one that stays, as {@link Succession.Merge} says. */
    void merge(Shape before, float[] values, Shape now, float[] passed, String leaving, String staying, double share) {
        axis(before, now).ifPresent(axis -> {
            int from = axis.before().indexOf(leaving);
            int into = axis.now().indexOf(staying);
            int inner = now.span(axis.number() + 1, now.rank());
            for (int outer = 0; outer < now.span(0, axis.number()); outer++) {
                int source = (outer * axis.before().size() + from) * inner;
                int target = (outer * axis.now().size() + into) * inner;
                for (int i = 0; i < inner; i++) {
                    passed[target + i] = (float) (share * values[source + i] + (1 - share) * passed[target + i]);
                }
            }
        });
    }

    private static void copy(float[] from, Shape fromShape, int slice, float[] to, Shape toShape, int into, int axis) {
        int inner = toShape.span(axis + 1, toShape.rank());
        for (int outer = 0; outer < toShape.span(0, axis); outer++) {
            System.arraycopy(from, (outer * fromShape.dim(axis) + slice) * inner, to, (outer * toShape.dim(axis) + into) * inner, inner);
        }
    }
}
