package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Functions;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/** x to the power of a constant; the gradient is that of x > 0, and for whole exponents of all x. */
public record Power(float exponent) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Functions.class, "pow");

    @Override
    public String name() {
        return "pow";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.allF32(inputs, 1);
        return inputs;
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Launch.of(KERNEL, node.output(0).size()).input(0).output(0).value(exponent).work(30));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> gradient.of(0).multiply(node.inputs().getFirst().pow(exponent - 1)).multiply(exponent));
    }

    @Override
    public boolean inPlace(int output, int input) {
        return true;
    }
}
