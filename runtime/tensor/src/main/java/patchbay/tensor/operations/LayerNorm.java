package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * {@code (x − mean) / √(variance + epsilon) · weight + bias} along the last axis (Ba et al. 2016, equation 4): x
 * {@code [*, D]}, weight and bias {@code [D]}. The further outputs are mean and factor a row, kept for the gradient.
 */
public record LayerNorm(float epsilon) implements Operation {

    private static final Kernel FORWARD = Kernel.of(patchbay.kernels.Normalization.class, "layerNorm");
    private static final Kernel GRADIENT = Kernel.of(patchbay.kernels.Normalization.class, "layerNormGradient");
    private static final Kernel WEIGHT = Kernel.of(patchbay.kernels.Normalization.class, "layerNormWeight");

    @Override
    public String name() {
        return "layer-norm";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.rows("the operand", inputs.get(0));
        Expect.f32("weight", inputs.get(1), inputs.get(0).shape().dim(-1));
        Expect.f32("bias", inputs.get(2), inputs.get(0).shape().dim(-1));
        var perRow = TensorType.f32(inputs.get(0).shape().without(-1));
        return List.of(inputs.get(0), perRow, perRow);
    }

    @Override
    public List<Launch> launches(Node node) {
        int n = node.input(0).shape().dim(-1);
        return List.of(Launch.of(FORWARD, Expect.rowCount(node.input(0))).input(0).input(1).input(2)
                .output(0).output(1).output(2).value(n).value(epsilon).work(8L * n));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var x = node.inputs().get(0);
        var weight = node.inputs().get(1);
        var mean = node.outputs().get(1);
        var inverse = node.outputs().get(2);
        gradient.to(0, () -> x.graph().apply(new Backward(), x, weight, mean, inverse, gradient.of(0)));
        if (gradient.wanted(1) || gradient.wanted(2)) {
            var both = x.graph().apply(new WeightBackward(), List.of(x, mean, inverse, gradient.of(0)));
            gradient.to(1, () -> both.get(0));
            gradient.to(2, () -> both.get(1));
        }
    }

    @Override
    public boolean inPlace(int output, int input) {
        return output == 0 && input == 0;
    }

    /** The gradient by x, from x, weight, mean, the rows' factors and the gradient by the output. */
    record Backward() implements Operation {

        @Override
        public String name() {
            return "layer-norm-gradient";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            return List.of(inputs.get(0));
        }

        @Override
        public List<Launch> launches(Node node) {
            int n = node.input(0).shape().dim(-1);
            return List.of(Launch.of(GRADIENT, Expect.rowCount(node.input(0))).input(0).input(1).input(2).input(3)
                    .input(4).output(0).value(n).work(12L * n));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            Expect.firstOrder(this);
        }

        @Override
        public boolean inPlace(int output, int input) {
            return input == 0 || input == 4;
        }
    }

    /** The gradients by weight and bias, from x, mean, the rows' factors and the gradient by the output. */
    record WeightBackward() implements Operation {

        @Override
        public String name() {
            return "layer-norm-weight-gradient";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            var type = TensorType.f32(inputs.get(0).shape().dim(-1));
            return List.of(type, type);
        }

        @Override
        public List<TensorType> scratch(Node node) {
            var partial = TensorType.f32(Expect.chunks(node.input(0), RmsNorm.CHUNK), node.input(0).shape().dim(-1));
            return List.of(partial, partial);
        }

        @Override
        public List<Launch> launches(Node node) {
            int n = node.input(0).shape().dim(-1);
            int chunks = Expect.chunks(node.input(0), RmsNorm.CHUNK);
            return List.of(
                    Launch.of(WEIGHT, chunks).input(0).input(1).input(2).input(3).scratch(0).scratch(1)
                            .value(Expect.rowCount(node.input(0))).value(n).value(RmsNorm.CHUNK)
                            .work(6L * n * RmsNorm.CHUNK),
                    Launch.of(RmsNorm.SUM_CHUNKS, n).scratch(0).output(0).value(chunks).value(n).work(2L * chunks),
                    Launch.of(RmsNorm.SUM_CHUNKS, n).scratch(1).output(1).value(chunks).value(n).work(2L * chunks));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            Expect.firstOrder(this);
        }
    }
}
