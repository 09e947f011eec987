package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;

/** Random numbers of {@code shape} from a hash of (step, salt, index): step {@code i32[1]}. They have no gradient. */
public record Noise(Distribution distribution, int salt, Shape shape) implements Operation {

    /** What is drawn. */
    public enum Distribution {
        /** Between 0 and 1, both excluded. */
        UNIFORM,
        /** Mean 0, variance 1. */
        NORMAL
    }

    private static final Kernel UNIFORM = Kernel.of(patchbay.kernels.Noise.class, "uniform");
    private static final Kernel NORMAL = Kernel.of(patchbay.kernels.Noise.class, "normal");

    @Override
    public String name() {
        return switch (distribution) {
            case UNIFORM -> "uniform-noise";
            case NORMAL -> "normal-noise";
        };
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.i32("step", inputs.get(0), 1);
        return List.of(TensorType.f32(shape));
    }

    @Override
    public List<Launch> launches(Node node) {
        var kernel = switch (distribution) {
            case UNIFORM -> UNIFORM;
            case NORMAL -> NORMAL;
        };
        return List.of(Launch.of(kernel, shape.size()).input(0).output(0).value(salt).work(50));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
