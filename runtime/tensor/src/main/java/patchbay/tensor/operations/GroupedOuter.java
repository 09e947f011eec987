package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * The sum of the outer products of the rows of each group: {@code [R, k], [R, n]}, offsets {@code i32[G + 1]}
 * {@code → [G, k, n]}; zeros for an empty group. It is the gradient of {@link GroupedMatMul} by its weights.
 */
public record GroupedOuter() implements Operation {

    private static final Kernel GROUPED_OUTER = Kernel.of(patchbay.kernels.MatMul.class, "groupedOuter");

    @Override
    public String name() {
        return "grouped-outer";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.f32("the left rows", inputs.get(0));
        Expect.f32("the right rows", inputs.get(1));
        var left = inputs.get(0).shape();
        var right = inputs.get(1).shape();
        var offsets = inputs.get(2).shape();
        Expect.that(left.rank() == 2 && right.rank() == 2 && left.dim(0) == right.dim(0),
                "both operands must be matrices with as many rows");
        Expect.that(offsets.rank() == 1 && offsets.dim(0) >= 1, "offsets must be i32[groups + 1]");
        Expect.i32("offsets", inputs.get(2), offsets);
        return List.of(TensorType.f32(offsets.dim(0) - 1, left.dim(1), right.dim(1)));
    }

    @Override
    public List<Launch> launches(Node node) {
        var out = node.output(0).shape();
        int rows = node.input(0).shape().dim(0);
        return List.of(Launch.of(GROUPED_OUTER, out.dim(0) * out.dim(1)).input(0).input(1).input(2).output(0)
                .value(out.dim(1)).value(out.dim(2))
                .work(2L * out.dim(2) * Math.max(1, rows / Math.max(1, out.dim(0)))));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var left = node.inputs().get(0);
        var right = node.inputs().get(1);
        var offsets = node.inputs().get(2);
        gradient.to(0, () -> right.groupedMatmul(gradient.of(0), offsets, true));
        gradient.to(1, () -> left.groupedMatmul(gradient.of(0), offsets));
    }
}
