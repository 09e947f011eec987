package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Indexing;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/**
 * The reverse of {@link TakeAlong}: x and indices [outer, k, inner] to [outer, n, inner], each element of x added where its index says,
 * by ascending position; those with an index outside are dropped.
 */
public record PutAlong(int axis, int n) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Indexing.class, "putAlong");

    @Override
    public String name() {
        return "putAlong";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 2);
        Expect.dtype(inputs.get(0), DType.F32);
        Expect.dtype(inputs.get(1), DType.I32);
        if (!inputs.get(0).shape().equals(inputs.get(1).shape())) {
            throw new ShapeError("the indices must have the operand's shape");
        }
        return List.of(TensorType.f32(inputs.get(0).shape().with(axis, n)));
    }

    @Override
    public List<Launch> launches(Node node) {
        var shape = node.input(0).shape();
        int at = shape.axis(axis);
        int inner = shape.span(at + 1, shape.rank());
        return List.of(Launch.of(KERNEL, shape.span(0, at) * inner).input(0).input(1).output(0)
                .value(n).value(shape.dim(at)).value(inner).work(n + 4L * shape.dim(at)));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var indices = node.inputs().get(1);
        gradient.to(0, () -> indices.graph().apply(new TakeAlong(axis), gradient.of(0), indices));
    }
}
