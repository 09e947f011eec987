package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * Sorted rows [N · k, D] summed back to the rows that they belong to, each times its choice's weight [N, k]: [N, D]. Further inputs
 * as for {@link Dispatch}.
 */
public record Combine() implements Operation {

    private static final Kernel COMBINE = Kernel.of(patchbay.kernels.Dispatch.class, "combine");

    @Override
    public String name() {
        return "combine";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.f32("sorted rows", inputs.get(0));
        Expect.that(inputs.get(0).shape().rank() == 2, "sorted rows must be [N · k, D]");
        Expect.that(inputs.get(1).shape().rank() == 2, "weights must be [N, k]");
        int rows = inputs.get(1).shape().dim(0);
        int k = inputs.get(1).shape().dim(1);
        Choices.check(inputs, rows, k);
        Expect.that(inputs.get(0).shape().dim(0) == rows * k, "there must be " + rows * k + " sorted rows");
        return List.of(TensorType.f32(rows, inputs.get(0).shape().dim(1)));
    }

    @Override
    public List<Launch> launches(Node node) {
        int k = node.input(1).shape().dim(1);
        int dim = node.input(0).shape().dim(1);
        return List.of(Launch.of(COMBINE, node.output(0).shape().dim(0)).input(0).input(1).input(3).output(0)
                .value(k).value(dim).work((long) k * dim));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var in = node.inputs();
        var graph = in.getFirst().graph();
        gradient.to(0, () -> graph.apply(new Dispatch(), gradient.of(0), in.get(1), in.get(2), in.get(3), in.get(4)));
        gradient.to(1, () -> graph.apply(new ChoiceProducts(), in.get(0), gradient.of(0), in.get(2), in.get(3), in.get(4)));
    }
}
