package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * For each choice the dot product of its sorted row [N · k, D] and the row [N, D] that it belongs to: [N, k]; 0 for a choice in no
 * group. Further inputs as for {@link Dispatch}.
 */
public record ChoiceProducts() implements Operation {

    private static final Kernel PRODUCTS = Kernel.of(patchbay.kernels.Dispatch.class, "products");

    @Override
    public String name() {
        return "choice-products";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.f32("sorted rows", inputs.get(0));
        Expect.f32("rows", inputs.get(1));
        Expect.that(inputs.get(0).shape().rank() == 2 && inputs.get(1).shape().rank() == 2, "rows must have two axes");
        int rows = inputs.get(1).shape().dim(0);
        int sorted = inputs.get(0).shape().dim(0);
        Expect.that(rows > 0 && sorted % rows == 0, sorted + " sorted rows are not k for each of " + rows);
        Expect.that(inputs.get(0).shape().dim(1) == inputs.get(1).shape().dim(1), "rows differ in width");
        return List.of(TensorType.f32(rows, sorted / rows));
    }

    @Override
    public List<Launch> launches(Node node) {
        int dim = node.input(0).shape().dim(1);
        return List.of(Launch.of(PRODUCTS, node.output(0).size()).input(0).input(1).input(3).output(0)
                .value(node.output(0).shape().dim(1)).value(dim).work(2L * dim));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var in = node.inputs();
        var graph = in.getFirst().graph();
        gradient.to(0, () -> graph.apply(new Dispatch(), in.get(1), gradient.of(0), in.get(2), in.get(3), in.get(4)));
        gradient.to(1, () -> graph.apply(new Combine(), in.get(0), gradient.of(0), in.get(2), in.get(3), in.get(4)));
    }
}
