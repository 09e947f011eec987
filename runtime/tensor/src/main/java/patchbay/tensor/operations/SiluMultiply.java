package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/** {@code silu(x) · other}, of equal shapes: the gate of SwiGLU (Shazeer 2020, equation 6). */
public record SiluMultiply() implements Operation {

    private static final Kernel FORWARD = Kernel.of(patchbay.kernels.Gated.class, "siluMultiply");
    private static final Kernel GRADIENT = Kernel.of(patchbay.kernels.Gated.class, "siluMultiplyGradient");

    @Override
    public String name() {
        return "silu-multiply";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.f32("the gate", inputs.get(0));
        Expect.f32("the other operand", inputs.get(1), inputs.get(0).shape());
        return List.of(inputs.get(0));
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Launch.of(FORWARD, node.input(0).size()).input(0).input(1).output(0).work(25));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        if (gradient.wanted(0) || gradient.wanted(1)) {
            var both = gradient.of(0).graph()
                    .apply(new Backward(), List.of(node.inputs().get(0), node.inputs().get(1), gradient.of(0)));
            gradient.to(0, () -> both.get(0));
            gradient.to(1, () -> both.get(1));
        }
    }

    @Override
    public boolean inPlace(int output, int input) {
        return true;
    }

    /** The gradients by both, from both and the gradient by the output. */
    record Backward() implements Operation {

        @Override
        public String name() {
            return "silu-multiply-gradient";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            return List.of(inputs.get(0), inputs.get(0));
        }

        @Override
        public List<Launch> launches(Node node) {
            return List.of(Launch.of(GRADIENT, node.input(0).size()).input(0).input(1).input(2).output(0).output(1)
                    .work(35));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            Expect.firstOrder(this);
        }

        @Override
        public boolean inPlace(int output, int input) {
            return true;
        }
    }
}
