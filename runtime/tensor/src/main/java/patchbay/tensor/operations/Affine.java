package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Arithmetic;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/** x · scale + shift. */
public record Affine(float scale, float shift) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Arithmetic.class, "affine");

    @Override
    public String name() {
        return "affine";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.allF32(inputs, 1);
        return inputs;
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Launch.of(KERNEL, node.output(0).size()).input(0).output(0).value(scale).value(shift).work(1));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> scale == 1 ? gradient.of(0) : gradient.of(0).multiply(scale));
    }

    @Override
    public boolean inPlace(int output, int input) {
        return true;
    }
}
