package patchbay.tensor;

import java.util.List;

/**
 * An operation applied to inputs in a graph.
 *
 * @param id counts up in the order of application, so inputs come before their users
 * @param place the plugin and socket in whose code it arose, or empty
 */
public record Node(int id, Operation operation, List<Tensor> inputs, List<Tensor> outputs, String place) {

    public TensorType input(int index) {
        return inputs.get(index).type();
    }

    public TensorType output(int index) {
        return outputs.get(index).type();
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return id;
    }

    @Override
    public String toString() {
        return operation.name() + "#" + id + inputs.stream().map(Tensor::type).toList();
    }
}
