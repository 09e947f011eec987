package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/** {@code min(1, clip / norm)}: the factor that brings gradients of this global norm down to {@code clip} (Pascanu et al. 2013, algorithm 1). */
public record ClipScale(float clip) implements Operation {

    private static final Kernel CLIP_SCALE = Kernel.of(patchbay.kernels.Optimizer.class, "clipScale");

    @Override
    public String name() {
        return "clip-scale";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.f32("norm", inputs.get(0), 1);
        Expect.that(clip > 0, "the largest norm must be positive, not " + clip);
        return List.of(inputs.get(0));
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Launch.of(CLIP_SCALE, 1).input(0).output(0).value(clip).work(1));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
