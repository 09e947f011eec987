package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Arithmetic;
import patchbay.kernels.IntArithmetic;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Origin;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/** Arithmetic on the elements of two tensors of one type, f32 or i32, that broadcasts. */
public record Binary(Function function) implements Operation {

    /** What is computed, and the parts of the gradient {@code g} by the operands a and b, before they are summed to their shapes. */
    public enum Function {
        ADD("add", (a, b, out, g) -> g, (a, b, out, g) -> g),
        SUBTRACT("subtract", (a, b, out, g) -> g, (a, b, out, g) -> g.negate()),
        MULTIPLY("multiply", (a, b, out, g) -> g.multiply(b), (a, b, out, g) -> g.multiply(a)),
        DIVIDE("divide", (a, b, out, g) -> g.divide(b), (a, b, out, g) -> g.multiply(out).divide(b).negate()),
        /** Where both are equal the gradient goes to the first. */
        MAXIMUM("maximum", (a, b, out, g) -> g.multiply(a.greaterOrEqual(b)), (a, b, out, g) -> g.multiply(a.less(b))),
        /** Where both are equal the gradient goes to the first. */
        MINIMUM("minimum", (a, b, out, g) -> g.multiply(a.lessOrEqual(b)), (a, b, out, g) -> g.multiply(a.greater(b)));

        private interface Derivative {
            Tensor of(Tensor a, Tensor b, Tensor out, Tensor gradient);
        }

        private final String label;
        private final Derivative byFirst;
        private final Derivative bySecond;
        private final Kernel plain;
        private final Kernel rows;
        private final Kernel ints;

        Function(String label, Derivative byFirst, Derivative bySecond) {
            this.label = label;
            this.byFirst = byFirst;
            this.bySecond = bySecond;
            this.plain = Kernel.of(Arithmetic.class, label);
            this.rows = Kernel.of(Arithmetic.class, label + "Rows");
            this.ints = Kernel.of(IntArithmetic.class, label + "Rows");
        }
    }

    public static Tensor apply(Function function, Tensor a, Tensor b) {
        return Stretch.apply(new Binary(function), a, unstretched(b, a));
    }

    /** What an operand is a repetition of, where the other one has the shape anyhow: it need not be written out. */
    private static Tensor unstretched(Tensor operand, Tensor other) {
        return operand.shape().equals(other.shape()) && operand.origin() instanceof Origin.Result made && made.node().operation() instanceof BroadcastTo
                ? made.node().inputs().getFirst() : operand;
    }

    @Override
    public String name() {
        return function.label;
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        var dtype = Expect.numbers(inputs, 2);
        return List.of(new TensorType(dtype, Stretch.join(inputs)));
    }

    @Override
    public List<Launch> launches(Node node) {
        var out = node.output(0);
        if (out.dtype() == DType.I32) {
            return List.of(Stretch.launch(function.ints, node));
        }
        if (node.input(0).shape().size() == out.size() && node.input(1).shape().size() == out.size()) {
            return List.of(Launch.of(function.plain, out.size()).input(0).input(1).output(0).work(1));
        }
        return List.of(Stretch.launch(function.rows, node));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var a = node.inputs().get(0);
        var b = node.inputs().get(1);
        var out = node.outputs().getFirst();
        gradient.to(0, () -> function.byFirst.of(a, b, out, gradient.of(0)).sumTo(a.shape()));
        gradient.to(1, () -> function.bySecond.of(a, b, out, gradient.of(0)).sumTo(b.shape()));
    }

    /** An operand that is stretched has another type than the output, so it never shares its array. */
    @Override
    public boolean inPlace(int output, int input) {
        return true;
    }
}
