package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Reductions;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** The greatest or least element along one axis, which is dropped, and its position (i32); the first one of equals. */
public record Extreme(int axis, boolean greatest) implements Operation {

    private static final Kernel MAX = Kernel.of(Reductions.class, "max");
    private static final Kernel MIN = Kernel.of(Reductions.class, "min");

    @Override
    public String name() {
        return greatest ? "max" : "min";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.allF32(inputs, 1);
        var shape = inputs.getFirst().shape();
        if (shape.dim(axis) == 0) {
            throw new ShapeError("axis " + axis + " is empty");
        }
        var left = shape.without(axis);
        return List.of(TensorType.f32(left), TensorType.i32(left));
    }

    @Override
    public List<Launch> launches(Node node) {
        var shape = node.input(0).shape();
        int at = shape.axis(axis);
        return List.of(Launch.of(greatest ? MAX : MIN, node.output(0).size()).input(0).output(0).output(1)
                .value(shape.dim(at)).value(shape.span(at + 1, shape.rank())).work(shape.dim(at)));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var shape = node.input(0).shape();
        var kept = shape.with(axis, 1);
        var positions = node.outputs().get(1);
        gradient.to(0, () -> gradient.of(0).graph().apply(new PutAlong(axis, shape.dim(axis)),
                gradient.of(0).reshape(kept), positions.reshape(kept)));
    }
}
