package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Functions;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** x kept between two constants; the gradient passes where x lies between them or on them. */
public record Clamp(float low, float high) implements Operation {

    private static final Kernel KERNEL = Kernel.of(Functions.class, "clamp");

    @Override
    public String name() {
        return "clamp";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.allF32(inputs, 1);
        if (!(low <= high)) {
            throw new ShapeError("from " + low + " to " + high + " there is no number");
        }
        return inputs;
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Launch.of(KERNEL, node.output(0).size()).input(0).output(0).value(low).value(high).work(1));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var x = node.inputs().getFirst();
        gradient.to(0, () -> gradient.of(0).multiply(x.greaterOrEqual(low).multiply(x.lessOrEqual(high))));
    }

    @Override
    public boolean inPlace(int output, int input) {
        return true;
    }
}
