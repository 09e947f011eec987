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
 * cache [B, S, …] with values [B, T, …] in its rows start … start + T − 1 along axis 1, start i32 [1]; rows beyond the cache are
 * dropped. Of f32 or i8. May work in place.
 */
public record WriteRows() implements Operation {

    private static final Kernel FLOATS = Kernel.of(Indexing.class, "writeRows");
    private static final Kernel BYTES = Kernel.of(Indexing.class, "writeByteRows");

    @Override
    public String name() {
        return "writeRows";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 3);
        var kept = inputs.get(0).dtype();
        Expect.that(kept == DType.F32 || kept == DType.I8, "it works on f32 and i8, not on " + kept);
        Expect.dtype(inputs.get(1), kept);
        ReadRows.checkStart(inputs.get(2));
        var cache = inputs.get(0).shape();
        var values = inputs.get(1).shape();
        if (cache.rank() < 2 || cache.rank() != values.rank() || !cache.with(1, 0).equals(values.with(1, 0))) {
            throw new ShapeError("cache " + cache + " and values " + values + " may differ in axis 1 only");
        }
        return inputs.subList(0, 1);
    }

    @Override
    public List<Launch> launches(Node node) {
        var cache = node.input(0).shape();
        int length = node.input(1).shape().dim(1);
        int width = cache.span(2, cache.rank());
        return List.of(Launch.of(node.input(0).dtype() == DType.I8 ? BYTES : FLOATS, cache.dim(0) * cache.dim(1)).input(0).input(1).input(2).output(0)
                .value(cache.dim(1)).value(length).value(width)
                .work(1 + (long) width * length / Math.max(1, cache.dim(1)))); // of work in place, where only the values move
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        if (node.input(0).dtype() == DType.I8) {
            gradient.stop();
            return;
        }
        var values = node.input(1).shape();
        var start = node.inputs().get(2);
        gradient.to(0, () -> gradient.of(0).writeRows(start.graph().filled(values, 0), start));
        gradient.to(1, () -> gradient.of(0).readRows(start, values.dim(1)));
    }

    @Override
    public boolean inPlace(int output, int input) {
        return input == 0;
    }
}
