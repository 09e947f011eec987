package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Activations;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/** log(1 + eˣ). */
public record Softplus() implements Operation {

    private static final Kernel KERNEL = Kernel.of(Activations.class, "softplus");

    @Override
    public String name() {
        return "softplus";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.allF32(inputs, 1);
        return inputs;
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Launch.of(KERNEL, node.output(0).size()).input(0).output(0).work(40));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> gradient.of(0).multiply(node.inputs().getFirst().sigmoid()));
    }

    @Override
    public boolean inPlace(int output, int input) {
        return true;
    }
}
