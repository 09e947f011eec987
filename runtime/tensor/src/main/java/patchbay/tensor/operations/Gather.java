package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.HalfPrecision;
import patchbay.kernels.Indexing;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/** Rows of x [rows, …] at i32 indices of any shape: indices.shape + x.shape[1:]; zeros where the index is outside. Of f16 and bf16 in f32. */
public record Gather() implements Operation {

    private static final Kernel FLOATS = Kernel.of(Indexing.class, "gather");
    private static final Kernel HALVES = Kernel.of(HalfPrecision.class, "gather");
    private static final Kernel INTS = Kernel.of(Indexing.class, "gatherInts");

    /** {@code x} is read as it is kept, if it was widened. */
    public Tensor apply(Tensor x, Tensor indices) {
        return x.graph().apply(this, Halves.unwidened(x), indices);
    }

    @Override
    public String name() {
        return "gather";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 2);
        var kept = inputs.getFirst().dtype();
        var dtype = kept.isFloat() ? DType.F32 : Expect.numbers(inputs.subList(0, 1));
        Expect.dtype(inputs.get(1), DType.I32);
        var x = inputs.get(0).shape();
        if (x.rank() == 0) {
            throw new ShapeError("a scalar has no rows");
        }
        return List.of(new TensorType(dtype, inputs.get(1).shape().append(x.without(0).dims())));
    }

    @Override
    public List<Launch> launches(Node node) {
        var x = node.input(0);
        int width = x.shape().without(0).size();
        var launch = x.dtype() == DType.I32 ? Launch.of(INTS, node.input(1).size())
                : Halves.launch(x.dtype(), FLOATS, HALVES, node.input(1).size());
        return List.of(Halves.format(x.dtype(), launch.input(0).input(1).output(0)
                .value(x.shape().dim(0)).value(width).work(width + 2)));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> gradient.of(0).scatterAdd(node.inputs().get(1), node.input(0).shape().dim(0)));
    }
}
