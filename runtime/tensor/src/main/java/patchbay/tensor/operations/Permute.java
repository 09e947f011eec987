package patchbay.tensor.operations;

import java.util.ArrayList;
import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** The axes in another order: axis i of the output is axis {@code axes[i]} of the input. */
public record Permute(List<Integer> axes) implements Operation {

    public Permute {
        axes = List.copyOf(axes);
    }

    @Override
    public String name() {
        return "permute";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        var dtype = Expect.numbers(inputs, 1);
        var shape = inputs.getFirst().shape();
        if (axes.stream().distinct().count() != shape.rank() || axes.size() != shape.rank()
                || axes.stream().anyMatch(axis -> axis < 0 || axis >= shape.rank())) {
            throw new ShapeError(axes + " does not name each of its " + shape.rank() + " axes once");
        }
        var out = permuted(shape);
        StridedCopy.check(out, strides(shape));
        return List.of(new TensorType(dtype, out));
    }

    private Shape permuted(Shape shape) {
        return Shape.of(axes.stream().mapToInt(shape::dim).toArray());
    }

    private int[] strides(Shape shape) {
        var strides = StridedCopy.strides(shape);
        return axes.stream().mapToInt(axis -> strides[axis]).toArray();
    }

    @Override
    public List<Launch> launches(Node node) {
        var out = node.output(0);
        return List.of(StridedCopy.launch(out.dtype(), 0, out.shape(), strides(node.input(0).shape()), 0));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var back = new ArrayList<Integer>();
        for (int axis = 0; axis < axes.size(); axis++) {
            back.add(axes.indexOf(axis));
        }
        gradient.to(0, () -> node.inputs().getFirst().graph().apply(new Permute(back), gradient.of(0)));
    }
}
