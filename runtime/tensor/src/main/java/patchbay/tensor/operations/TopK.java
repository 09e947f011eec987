package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Sorting;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** The k greatest along the last axis, descending, and their positions (i32); of equals the first. */
public record TopK(int k) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Sorting.class, "topK");

    @Override
    public String name() {
        return "topK";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.allF32(inputs, 1);
        var shape = inputs.getFirst().shape();
        if (k < 1 || k > shape.dim(-1)) {
            throw new ShapeError("k = " + k + " of " + shape.dim(-1) + " elements; it must be from 1 to " + shape.dim(-1));
        }
        var out = shape.with(-1, k);
        return List.of(TensorType.f32(out), TensorType.i32(out));
    }

    @Override
    public List<Launch> launches(Node node) {
        int n = node.input(0).shape().dim(-1);
        return List.of(Launch.of(KERNEL, node.output(0).size() / k).input(0).output(0).output(1).value(n).value(k).work(2L * n * k));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var positions = node.outputs().get(1);
        gradient.to(0, () -> positions.graph().apply(new PutAlong(-1, node.input(0).shape().dim(-1)), gradient.of(0), positions));
    }
}
