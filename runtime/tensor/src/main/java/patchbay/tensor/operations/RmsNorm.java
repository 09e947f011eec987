package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * {@code x / √(mean(x²) + epsilon) · weight} along the last axis (Zhang and Sennrich 2019, equation 4): x {@code [*, D]},
 * weight {@code [D]}. The second output is one factor a row, kept for the gradient.
 */
public record RmsNorm(float epsilon) implements Operation {

    /** Rows whose weight gradients one launch row sums; fixed, so the sum does not depend on the threads. */
    static final int CHUNK = 32;

    static final Kernel SUM_CHUNKS = Kernel.of(patchbay.kernels.Normalization.class, "sumChunks");
    private static final Kernel FORWARD = Kernel.of(patchbay.kernels.Normalization.class, "rmsNorm");
    private static final Kernel GRADIENT = Kernel.of(patchbay.kernels.Normalization.class, "rmsNormGradient");
    private static final Kernel WEIGHT = Kernel.of(patchbay.kernels.Normalization.class, "rmsNormWeight");

    @Override
    public String name() {
        return "rms-norm";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.rows("the operand", inputs.get(0));
        Expect.f32("weight", inputs.get(1), inputs.get(0).shape().dim(-1));
        return List.of(inputs.get(0), TensorType.f32(inputs.get(0).shape().without(-1)));
    }

    @Override
    public List<Launch> launches(Node node) {
        int n = node.input(0).shape().dim(-1);
        return List.of(Launch.of(FORWARD, Expect.rowCount(node.input(0))).input(0).input(1).output(0).output(1)
                .value(n).value(epsilon).work(5L * n));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var x = node.inputs().get(0);
        var weight = node.inputs().get(1);
        var inverse = node.outputs().get(1);
        gradient.to(0, () -> x.graph().apply(new Backward(), x, weight, inverse, gradient.of(0)));
        gradient.to(1, () -> x.graph().apply(new WeightBackward(), x, inverse, gradient.of(0)));
    }

    @Override
    public boolean inPlace(int output, int input) {
        return output == 0 && input == 0;
    }

    /** The gradient by x, from x, weight, the rows' factors and the gradient by the output. */
    record Backward() implements Operation {

        @Override
        public String name() {
            return "rms-norm-gradient";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            return List.of(inputs.get(0));
        }

        @Override
        public List<Launch> launches(Node node) {
            int n = node.input(0).shape().dim(-1);
            return List.of(Launch.of(GRADIENT, Expect.rowCount(node.input(0))).input(0).input(1).input(2).input(3)
                    .output(0).value(n).work(8L * n));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            Expect.firstOrder(this);
        }

        @Override
        public boolean inPlace(int output, int input) {
            return input == 0 || input == 3;
        }
    }

    /** The gradient by weight, from x, the rows' factors and the gradient by the output. */
    record WeightBackward() implements Operation {

        @Override
        public String name() {
            return "rms-norm-weight-gradient";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            return List.of(TensorType.f32(inputs.get(0).shape().dim(-1)));
        }

        @Override
        public List<TensorType> scratch(Node node) {
            return List.of(TensorType.f32(Expect.chunks(node.input(0), CHUNK), node.input(0).shape().dim(-1)));
        }

        @Override
        public List<Launch> launches(Node node) {
            int n = node.input(0).shape().dim(-1);
            int chunks = Expect.chunks(node.input(0), CHUNK);
            return List.of(
                    Launch.of(WEIGHT, chunks).input(0).input(1).input(2).scratch(0)
                            .value(Expect.rowCount(node.input(0))).value(n).value(CHUNK).work(4L * n * CHUNK),
                    Launch.of(SUM_CHUNKS, n).scratch(0).output(0).value(chunks).value(n).work(2L * chunks));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            Expect.firstOrder(this);
        }
    }
}
