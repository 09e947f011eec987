package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * {@code −log softmax(logits)[target]} a row: logits {@code [*, V]}, targets {@code i32[*]} {@code → [*]}. A negative target
 * is ignored: its loss and gradient are 0. A target of V or more has the loss NaN. The second output is the log-sum-exp of each
 * row, kept for the gradient.
 */
public record CrossEntropy() implements Operation {

    private static final Kernel CROSS_ENTROPY = Kernel.of(patchbay.kernels.Softmax.class, "crossEntropy");
    private static final Kernel GRADIENT = Kernel.of(patchbay.kernels.Softmax.class, "crossEntropyGradient");

    @Override
    public String name() {
        return "cross-entropy";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.rows("logits", inputs.get(0));
        var perRow = inputs.get(0).shape().without(-1);
        Expect.i32("targets", inputs.get(1), perRow);
        return List.of(TensorType.f32(perRow), TensorType.f32(perRow));
    }

    @Override
    public List<Launch> launches(Node node) {
        int n = node.input(0).shape().dim(-1);
        return List.of(Launch.of(CROSS_ENTROPY, Expect.rowCount(node.input(0))).input(0).input(1).output(0).output(1)
                .value(n).work(20L * n));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> gradient.of(0).graph().apply(new Backward(), node.inputs().get(0), node.inputs().get(1),
                node.outputs().get(1), gradient.of(0)));
    }

    /** From logits, targets, log-sum-exp and the gradient by the losses. */
    record Backward() implements Operation {

        @Override
        public String name() {
            return "cross-entropy-gradient";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            return List.of(inputs.get(0));
        }

        @Override
        public List<Launch> launches(Node node) {
            int n = node.input(0).shape().dim(-1);
            return List.of(Launch.of(GRADIENT, Expect.rowCount(node.input(0))).input(0).input(1).input(2).input(3)
                    .output(0).value(n).work(20L * n));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            Expect.firstOrder(this);
        }

        @Override
        public boolean inPlace(int output, int input) {
            return input == 0;
        }
    }
}
