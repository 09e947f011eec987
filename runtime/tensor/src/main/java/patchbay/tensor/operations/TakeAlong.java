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
 * x [outer, n, inner] at indices [outer, k, inner], along one axis: element (o, j, i) is x (o, indices(o, j, i), i), or 0 where the
 * index is outside.
 */
public record TakeAlong(int axis) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Indexing.class, "takeAlong");

    @Override
    public String name() {
        return "takeAlong";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 2);
        Expect.dtype(inputs.get(0), DType.F32);
        Expect.dtype(inputs.get(1), DType.I32);
        var x = inputs.get(0).shape();
        var indices = inputs.get(1).shape();
        if (x.rank() != indices.rank() || !x.with(axis, 0).equals(indices.with(axis, 0))) {
            throw new ShapeError("indices " + indices + " and " + x + " may differ in axis " + axis + " only");
        }
        return List.of(TensorType.f32(indices));
    }

    @Override
    public List<Launch> launches(Node node) {
        var shape = node.input(0).shape();
        var out = node.output(0).shape();
        int at = shape.axis(axis);
        return List.of(Launch.of(KERNEL, out.size()).input(0).input(1).output(0)
                .value(shape.dim(at)).value(out.dim(at)).value(shape.span(at + 1, shape.rank())).work(6));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var indices = node.inputs().get(1);
        gradient.to(0, () -> indices.graph().apply(new PutAlong(axis, node.input(0).shape().dim(axis)), gradient.of(0), indices));
    }
}
