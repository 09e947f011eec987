package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * Rows [N, D] to the places of their k choices, each times the choice's weight [N, k]: [N · k, D]. Further inputs: order and
 * inverse i32[N · k] and offsets i32[G + 1] of a grouping. The gradient by the rows is a {@link Combine}, that by the weights a
 * {@link ChoiceProducts}: the three are closed under differentiation, and none needs to add up from several threads.
 */
public record Dispatch() implements Operation {

    private static final Kernel DISPATCH = Kernel.of(patchbay.kernels.Dispatch.class, "dispatch");

    @Override
    public String name() {
        return "dispatch";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.f32("rows", inputs.get(0));
        Expect.that(inputs.get(0).shape().rank() == 2, "rows must be [N, D]");
        Expect.that(inputs.get(1).shape().rank() == 2, "weights must be [N, k]");
        int rows = inputs.get(0).shape().dim(0);
        int k = inputs.get(1).shape().dim(1);
        Choices.check(inputs, rows, k);
        return List.of(TensorType.f32(rows * k, inputs.get(0).shape().dim(1)));
    }

    @Override
    public List<Launch> launches(Node node) {
        int dim = node.input(0).shape().dim(1);
        return List.of(Launch.of(DISPATCH, node.output(0).shape().dim(0)).input(0).input(1).input(2).input(4).output(0)
                .value(node.input(4).size() - 1).value(node.input(1).shape().dim(1)).value(dim).work(dim));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var in = node.inputs();
        var graph = in.getFirst().graph();
        gradient.to(0, () -> graph.apply(new Combine(), gradient.of(0), in.get(1), in.get(2), in.get(3), in.get(4)));
        gradient.to(1, () -> graph.apply(new ChoiceProducts(), gradient.of(0), in.get(0), in.get(2), in.get(3), in.get(4)));
    }
}
