package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Hashing;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * The buckets of vectors by their random projections {@code [..., digits, size]}: i32 {@code [...]}, from 0 to (2 · size)^digits − 1. A digit is which
 * of the projections and their negatives is the greatest (Andoni et al. 2015, "Practical and optimal LSH for angular distance").
 */
public record Buckets() implements Operation {

    private static final Kernel KERNEL = Kernel.of(Hashing.class, "buckets");

    @Override
    public String name() {
        return "buckets";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.allF32(inputs, 1);
        var shape = inputs.getFirst().shape();
        Expect.that(shape.rank() >= 2 && shape.dim(-1) > 0, "projections must be [..., digits, size]");
        return List.of(TensorType.i32(shape.without(-1).without(-1)));
    }

    @Override
    public List<Launch> launches(Node node) {
        int digits = node.input(0).shape().dim(-2);
        int size = node.input(0).shape().dim(-1);
        return List.of(Launch.of(KERNEL, node.output(0).size()).input(0).output(0).value(digits).value(size).work(4L * digits * size));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
