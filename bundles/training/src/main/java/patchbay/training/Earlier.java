package patchbay.training;

import java.util.Map;
import java.util.Set;
import patchbay.tensor.Shape;
import patchbay.tensor.Variables;

/**
 * An earlier model, as far as it takes to go back to it.
 *
 * @param variables what the present one lost is taken from there; what only gained or lost experts keeps the present slices of the others
 * @param births when its parameters joined
 * @param changed experts that it had otherwise, by name, whose slices are taken from there too
 */
public record Earlier(Variables variables, Map<String, Long> births, Set<String> changed) {

    boolean has(String name, Shape shape) {
        return variables.contains(name) && variables.type(name).shape().equals(shape);
    }
}
