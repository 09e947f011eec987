package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Sorting;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/** The positions (i32) of the elements along the last axis in ascending or descending order; equal ones keep their order. */
public record ArgSort(boolean descending) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Sorting.class, "argsort");

    @Override
    public String name() {
        return "argsort";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.allF32(inputs, 1);
        inputs.getFirst().shape().axis(-1);
        return List.of(TensorType.i32(inputs.getFirst().shape()));
    }

    @Override
    public List<TensorType> scratch(Node node) {
        return List.of(node.output(0));
    }

    @Override
    public List<Launch> launches(Node node) {
        int n = node.input(0).shape().dim(-1);
        int levels = Integer.SIZE - Integer.numberOfLeadingZeros(n);
        return List.of(Launch.of(KERNEL, n == 0 ? 0 : node.output(0).size() / n).input(0).output(0).scratch(0)
                .value(n).value(descending ? 1 : 0).work(8L * n * levels));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
