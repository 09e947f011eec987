package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** The elements {@code from … to − 1} along one axis. */
public record Slice(int axis, int from, int to) implements Operation {

    @Override
    public String name() {
        return "slice";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        var dtype = Expect.numbers(inputs, 1);
        var shape = inputs.getFirst().shape();
        if (from < 0 || to > shape.dim(axis) || from > to) {
            throw new ShapeError("from " + from + " to " + to + " along axis " + axis + ", which has " + shape.dim(axis) + " elements");
        }
        var out = shape.with(axis, to - from);
        StridedCopy.check(out, StridedCopy.strides(shape));
        return List.of(new TensorType(dtype, out));
    }

    @Override
    public List<Launch> launches(Node node) {
        var out = node.output(0);
        var strides = StridedCopy.strides(node.input(0).shape());
        return List.of(StridedCopy.launch(out.dtype(), 0, out.shape(), strides, from * strides[out.shape().axis(axis)]));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> gradient.of(0).pad(axis, from, node.input(0).shape().dim(axis) - to));
    }
}
