package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Reductions;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * Running sums along one axis.
 *
 * @param exclusive leaves each element out of its own sum
 * @param reverse sums from the end
 */
public record CumulativeSum(int axis, boolean exclusive, boolean reverse) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Reductions.class, "cumulativeSum");

    @Override
    public String name() {
        return "cumulativeSum";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.allF32(inputs, 1);
        inputs.getFirst().shape().axis(axis);
        return inputs;
    }

    @Override
    public List<Launch> launches(Node node) {
        var shape = node.input(0).shape();
        int at = shape.axis(axis);
        int n = shape.dim(at);
        int inner = shape.span(at + 1, shape.rank());
        return List.of(Launch.of(KERNEL, shape.span(0, at) * inner).input(0).output(0)
                .value(n).value(inner).value(exclusive ? 1 : 0).value(reverse ? 1 : 0).work(2L * n));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> gradient.of(0).graph().apply(new CumulativeSum(axis, exclusive, !reverse), gradient.of(0)));
    }
}
