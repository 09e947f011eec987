package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** The same elements in the same order under another shape: a view. */
public record Reshape(Shape shape) implements Operation {

    @Override
    public String name() {
        return "reshape";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 1);
        var input = inputs.getFirst();
        if (input.size() != shape.size()) {
            throw new ShapeError(input.size() + " elements do not fill " + shape + ", which holds " + shape.size());
        }
        return List.of(new TensorType(input.dtype(), shape));
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of();
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> gradient.of(0).reshape(node.input(0).shape()));
    }

    @Override
    public boolean isView() {
        return true;
    }
}
