package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Indexing;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/** f32 [..., classes]: 1 at each i32 index, zeros for one outside. */
public record OneHot(int classes) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Indexing.class, "oneHot");

    @Override
    public String name() {
        return "oneHot";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 1);
        Expect.dtype(inputs.getFirst(), DType.I32);
        return List.of(TensorType.f32(inputs.getFirst().shape().append(classes)));
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Launch.of(KERNEL, node.input(0).size()).input(0).output(0).value(classes).work(classes));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
