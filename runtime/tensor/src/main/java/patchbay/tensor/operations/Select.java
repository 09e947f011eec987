package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Comparisons;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** Element by element the second operand where the first, f32, is not 0, else the third; all of one shape. */
public record Select() implements Operation {

    private static final Kernel FLOATS = Kernel.of(Comparisons.class, "select");
    private static final Kernel INTS = Kernel.of(Comparisons.class, "selectInts");

    @Override
    public String name() {
        return "where";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 3);
        Expect.dtype(inputs.getFirst(), DType.F32);
        var dtype = Expect.numbers(inputs.subList(1, 3));
        var shape = inputs.getFirst().shape();
        if (!inputs.stream().allMatch(type -> type.shape().equals(shape))) {
            throw new ShapeError("the three operands must have one shape");
        }
        return List.of(new TensorType(dtype, shape));
    }

    @Override
    public List<Launch> launches(Node node) {
        var out = node.output(0);
        var kernel = out.dtype() == DType.F32 ? FLOATS : INTS;
        return List.of(Launch.of(kernel, out.size()).input(0).input(1).input(2).output(0).work(1));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var condition = node.inputs().getFirst();
        gradient.to(1, () -> condition.graph().apply(new Mask(true), condition, gradient.of(0)));
        gradient.to(2, () -> condition.graph().apply(new Mask(false), condition, gradient.of(0)));
    }

    @Override
    public boolean inPlace(int output, int input) {
        return true;
    }

    /** The second operand where the first is not 0 ({@code kept}) or is 0 (otherwise), and 0 elsewhere, even in place of a NaN. */
    public record Mask(boolean kept) implements Operation {

        private static final Kernel KERNEL = Kernel.of(Comparisons.class, "mask");

        @Override
        public String name() {
            return "mask";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            Expect.allF32(inputs, 2);
            if (!inputs.get(0).equals(inputs.get(1))) {
                throw new ShapeError("the condition and the operand must have one shape");
            }
            return inputs.subList(0, 1);
        }

        @Override
        public List<Launch> launches(Node node) {
            return List.of(Launch.of(KERNEL, node.output(0).size()).input(0).input(1).output(0).value(kept ? 1 : 0).work(1));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            var condition = node.inputs().getFirst();
            gradient.to(1, () -> condition.graph().apply(this, condition, gradient.of(0)));
        }

        @Override
        public boolean inPlace(int output, int input) {
            return true;
        }
    }
}
