package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/** Probabilities along the last axis; a row of −∞ alone has the probabilities 0. */
public record Softmax() implements Operation {

    private static final Kernel SOFTMAX = Kernel.of(patchbay.kernels.Softmax.class, "softmax");
    private static final Kernel GRADIENT = Kernel.of(patchbay.kernels.Softmax.class, "softmaxGradient");

    @Override
    public String name() {
        return "softmax";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.rows("the operand", inputs.get(0));
        return List.of(inputs.get(0));
    }

    @Override
    public List<Launch> launches(Node node) {
        int n = node.input(0).shape().dim(-1);
        return List.of(Launch.of(SOFTMAX, Expect.rowCount(node.input(0))).input(0).output(0).value(n).work(20L * n));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> gradient.of(0).graph().apply(new Backward(), node.outputs().get(0), gradient.of(0)));
    }

    @Override
    public boolean inPlace(int output, int input) {
        return true;
    }

    /** From the probabilities and the gradient by them. */
    record Backward() implements Operation {

        @Override
        public String name() {
            return "softmax-gradient";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            return List.of(inputs.get(0));
        }

        @Override
        public List<Launch> launches(Node node) {
            int n = node.input(0).shape().dim(-1);
            return List.of(Launch.of(GRADIENT, Expect.rowCount(node.input(0))).input(0).input(1).output(0).value(n)
                    .work(4L * n));
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
