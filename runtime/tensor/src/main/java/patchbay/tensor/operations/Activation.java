package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Activations;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/** An activation function of each element of an f32 tensor. */
public record Activation(Function function) implements Operation {

    public enum Function {
        // tanh and sigmoid: y ↦ 1 − y² and y ↦ y − y², whose derivatives by y these are.
        TANH("tanh", true, y -> y.multiply(-2)),
        SIGMOID("sigmoid", true, y -> y.multiply(-2).add(1)),
        SILU("silu", false, x -> {
            var s = x.sigmoid(); // σ(1 − σ)(2 + x(1 − 2σ))
            return s.multiply(s.negate().add(1)).multiply(x.multiply(s.multiply(-2).add(1)).add(2));
        }),
        RELU("relu", false, x -> x.multiply(0)),
        GELU("gelu", false, x -> { // φ(x)(2 − x²)
            var density = x.square().multiply(-0.5f).exp().multiply((float) (1 / Math.sqrt(2 * Math.PI)));
            return density.multiply(x.square().negate().add(2));
        }),
        GELU_TANH("geluTanh", false, Function::geluTanhCurvature);

        private interface Curvature {
            Tensor at(Tensor point);
        }

        private final String label;
        /** Whether the derivative is computed from the output rather than from the input. */
        private final boolean fromOutput;
        /** Derivative, by that point, of the derivative. */
        private final Curvature curvature;
        private final Kernel kernel;
        private final Kernel slope;

        Function(String label, boolean fromOutput, Curvature curvature) {
            this.label = label;
            this.fromOutput = fromOutput;
            this.curvature = curvature;
            this.kernel = Kernel.of(Activations.class, label);
            this.slope = Kernel.of(Activations.class, label + "Gradient");
        }

        /** With u = c(x + ax³) and t = tanh u: (1 − t²)(u′ + ½x(u″ − 2tu′²)). */
        private static Tensor geluTanhCurvature(Tensor x) {
            float c = (float) Math.sqrt(2 / Math.PI);
            float a = 0.044715f;
            var t = x.square().multiply(a).add(1).multiply(x).multiply(c).tanh();
            var first = x.square().multiply(3 * a * c).add(c);
            var second = x.multiply(6 * a * c);
            var bend = second.subtract(t.multiply(first.square()).multiply(2)).multiply(x).multiply(0.5f);
            return t.square().negate().add(1).multiply(first.add(bend));
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
        return List.of(Launch.of(function.kernel, node.output(0).size()).input(0).output(0).work(20));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var point = function.fromOutput ? node.outputs().getFirst() : node.inputs().getFirst();
        gradient.to(0, () -> point.graph().apply(new Slope(function), point, gradient.of(0)));
    }

    @Override
    public boolean inPlace(int output, int input) {
        return true;
    }

    /** An incoming gradient times the derivative of {@code function} at a point: its input, or for tanh and sigmoid its output. */
    public record Slope(Function function) implements Operation {

        @Override
        public String name() {
            return function.label + "Gradient";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            Expect.allF32(inputs, 2);
            if (!inputs.get(0).equals(inputs.get(1))) {
                throw new ShapeError("the point and the gradient must have one shape");
            }
            return inputs.subList(0, 1);
        }

        @Override
        public List<Launch> launches(Node node) {
            return List.of(Launch.of(function.slope, node.output(0).size()).input(0).input(1).output(0).work(20));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            var point = node.inputs().get(0);
            var incoming = node.inputs().get(1);
            gradient.to(0, () -> gradient.of(0).multiply(incoming).multiply(function.curvature.at(point)));
            gradient.to(1, () -> point.graph().apply(this, point, gradient.of(0)));
        }

        @Override
        public boolean inPlace(int output, int input) {
            return true;
        }
    }
}
