package patchbay.training;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.tensor.Shape;

/**
 * How values with an axis of experts pass to a model that has gained or lost some: each expert keeps its slice, a new one
 * has that of the expert that it copies, or zeros. So a router gains and loses columns and the others' optimizer moments
 * stay what they were.
 *
 * @param before names of the experts, in order
 * @param now names of the experts, in order
 * @param copies of new experts, by name, whom they copy
 */
record ExpertSlices(List<String> before, List<String> now, Map<String, String> copies) {

    /** The values in their new shape; empty if the shapes differ in something else than one axis of experts. */
    Optional<float[]> pass(Shape was, float[] values, Shape is) {
        if (before.equals(now) || was.rank() != is.rank()) {
            return Optional.empty();
        }
        int axis = -1;
        for (int i = 0; i < was.rank(); i++) {
            if (was.dim(i) != is.dim(i)) {
                if (axis >= 0 || was.dim(i) != before.size() || is.dim(i) != now.size()) {
                    return Optional.empty();
                }
                axis = i;
            }
        }
        return axis < 0 ? Optional.empty() : Optional.of(slices(values, was.span(0, axis), was.span(axis + 1, was.rank()), is.size()));
    }

    private float[] slices(float[] values, int outer, int inner, int size) {
        var passed = new float[size];
        for (int expert = 0; expert < now.size(); expert++) {
            int from = before.indexOf(now.get(expert));
            from = from >= 0 ? from : before.indexOf(copies.getOrDefault(now.get(expert), ""));
            for (int o = 0; from >= 0 && o < outer; o++) {
                System.arraycopy(values, (o * before.size() + from) * inner, passed, (o * now.size() + expert) * inner, inner);
            }
        }
        return passed;
    }
}
