package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * Zeroes elements with probability p and scales the others by {@code 1 / (1 − p)} (Srivastava et al. 2014): x, step
 * {@code i32[1]}. The mask is a hash of (step, salt, index), so the gradient needs no stored mask.
 *
 * @param salt tells one dropout of a model from another
 */
public record Dropout(float p, int salt) implements Operation {

    private static final Kernel DROPOUT = Kernel.of(patchbay.kernels.Noise.class, "dropout");

    @Override
    public String name() {
        return "dropout";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.f32("the operand", inputs.get(0));
        Expect.i32("step", inputs.get(1), 1);
        Expect.that(p >= 0 && p < 1, "the probability must be from 0 to below 1, not " + p);
        return List.of(inputs.get(0));
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Launch.of(DROPOUT, node.input(0).size()).input(0).input(1).output(0).value(salt).value(p).work(12));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.to(0, () -> gradient.of(0).graph().apply(this, gradient.of(0), node.inputs().get(1)));
    }

    @Override
    public boolean inPlace(int output, int input) {
        return input == 0;
    }
}
