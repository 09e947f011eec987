package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Functions;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/** A function of each element of an f32 tensor. Those whose derivative has a kernel of its own are {@link Activation}s. */
public record Unary(Function function) implements Operation {

    /** What is computed, and the gradient by x where {@code g} is the gradient by y. */
    public enum Function {
        EXP("exp", 20, (x, y, g) -> g.multiply(y)),
        LOG("log", 20, (x, y, g) -> g.divide(x)),
        SQRT("sqrt", 4, (x, y, g) -> g.divide(y).multiply(0.5f)),
        RSQRT("rsqrt", 4, (x, y, g) -> g.multiply(y).divide(x).multiply(-0.5f)),
        SQUARE("square", 1, (x, y, g) -> g.multiply(x).multiply(2)),
        ABS("abs", 1, (x, y, g) -> g.multiply(x.sign())),
        SIGN("sign", 1, (x, y, g) -> g.multiply(0)),
        SIN("sin", 20, (x, y, g) -> g.multiply(x.cos())),
        COS("cos", 20, (x, y, g) -> g.multiply(x.sin()).negate());

        private interface Derivative {
            Tensor of(Tensor x, Tensor y, Tensor g);
        }

        private final String label;
        private final int work;
        private final Derivative derivative;
        private final Kernel kernel;

        Function(String label, int work, Derivative derivative) {
            this.label = label;
            this.work = work;
            this.derivative = derivative;
            this.kernel = Kernel.of(Functions.class, label);
        }
    }

    @Override
    public String name() {
        return function.label;
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.allF32(inputs, 1);
        return inputs;
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Launch.of(function.kernel, node.output(0).size()).input(0).output(0).work(function.work));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> function.derivative.of(node.inputs().getFirst(), node.outputs().getFirst(), gradient.of(0)));
    }

    @Override
    public boolean inPlace(int output, int input) {
        return true;
    }
}
