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

/** Rows start … start + length − 1 along axis 1 of cache [B, S, …], start i32 [1]; zeros for those beyond it. */
public record ReadRows(int length) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Indexing.class, "readRows");

    @Override
    public String name() {
        return "readRows";
    }

    static void checkStart(TensorType start) {
        Expect.dtype(start, DType.I32);
        if (start.size() != 1) {
            throw new ShapeError("the start must be one number, not " + start);
        }
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 2);
        Expect.dtype(inputs.get(0), DType.F32);
        checkStart(inputs.get(1));
        return List.of(TensorType.f32(inputs.get(0).shape().with(1, length)));
    }

    @Override
    public List<Launch> launches(Node node) {
        var cache = node.input(0).shape();
        int width = cache.span(2, cache.rank());
        return List.of(Launch.of(KERNEL, cache.dim(0) * length).input(0).input(1).output(0)
                .value(cache.dim(1)).value(length).value(width).work(width + 4));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var cache = node.inputs().get(0);
        var start = node.inputs().get(1);
        gradient.to(0, () -> cache.graph().filled(cache.shape(), 0).writeRows(gradient.of(0), start));
    }
}
