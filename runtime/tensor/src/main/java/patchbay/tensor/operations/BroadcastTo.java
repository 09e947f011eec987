package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** The input repeated along the axes that it lacks or that have one element, to fill {@code shape}. */
public record BroadcastTo(Shape shape) implements Operation {

    @Override
    public String name() {
        return "broadcastTo";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        var dtype = Expect.numbers(inputs, 1);
        var from = inputs.getFirst().shape();
        if (from.rank() > shape.rank() || !from.broadcast(shape).equals(shape)) {
            throw new ShapeError(from + " does not stretch to " + shape);
        }
        StridedCopy.check(shape, strides(from));
        return List.of(new TensorType(dtype, shape));
    }

    private int[] strides(Shape from) {
        var dense = StridedCopy.strides(from);
        var strides = new int[shape.rank()];
        int missing = shape.rank() - from.rank();
        for (int axis = missing; axis < shape.rank(); axis++) {
            strides[axis] = from.dim(axis - missing) == 1 ? 0 : dense[axis - missing];
        }
        return strides;
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(StridedCopy.launch(node.output(0).dtype(), 0, shape, strides(node.input(0).shape()), 0));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> gradient.of(0).sumTo(node.input(0).shape()));
    }
}
