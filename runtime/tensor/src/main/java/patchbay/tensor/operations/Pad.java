package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Layouts;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** Zeros before and after the elements along one axis. */
public record Pad(int axis, int before, int after) implements Operation {

    private static final Kernel FLOATS = Kernel.of(Layouts.class, "pad");
    private static final Kernel INTS = Kernel.of(Layouts.class, "padInts");

    @Override
    public String name() {
        return "pad";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        var dtype = Expect.numbers(inputs, 1);
        if (before < 0 || after < 0) {
            throw new ShapeError("padding of " + before + " and " + after + " elements");
        }
        var shape = inputs.getFirst().shape();
        return List.of(new TensorType(dtype, shape.with(axis, before + shape.dim(axis) + after)));
    }

    @Override
    public List<Launch> launches(Node node) {
        var out = node.output(0);
        var shape = out.shape();
        int at = shape.axis(axis);
        int inner = shape.span(at + 1, shape.rank());
        int width = shape.dim(axis) * inner;
        return List.of(Launch.of(out.dtype() == DType.F32 ? FLOATS : INTS, shape.span(0, at)).input(0).output(0)
                .value(width).value(before * inner).value((shape.dim(axis) - after) * inner).work(width));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> gradient.of(0).slice(axis, before, before + node.input(0).shape().dim(axis)));
    }
}
