package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Comparisons;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/** Compares the elements of two tensors of one type, f32 or i32, with broadcasting: f32, 1 where it holds, else 0. */
public record Comparison(Relation relation) implements Operation {

    public enum Relation {
        LESS("less"),
        LESS_OR_EQUAL("lessOrEqual"),
        EQUAL("equal"),
        NOT_EQUAL("notEqual");

        private final String label;
        private final Kernel floats;
        private final Kernel ints;

        Relation(String label) {
            this.label = label;
            this.floats = Kernel.of(Comparisons.class, label + "Rows");
            this.ints = Kernel.of(Comparisons.class, label + "IntRows");
        }
    }

    public static Tensor apply(Relation relation, Tensor a, Tensor b) {
        return Stretch.apply(new Comparison(relation), a, b);
    }

    @Override
    public String name() {
        return relation.label;
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.numbers(inputs, 2);
        return List.of(TensorType.f32(Stretch.join(inputs)));
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Stretch.launch(node.input(0).dtype() == DType.F32 ? relation.floats : relation.ints, node));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
