package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * One step of AdamW with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2): parameter, gradient, m and v of one
 * shape, hyper {@code [3]}, clip {@code [1]} {@code →} the new parameter, m and v. The gradient is multiplied by clip first.
 * Departing from the paper's schedule multiplier, the decay is multiplied by the rate, as is the custom.
 *
 * <p>hyper holds what changes from step to step: the rate and the bias corrections {@code 1 − β1ᵗ} and {@code 1 − β2ᵗ}, as
 * {@link #hyper} computes them.
 */
public record AdamW(float beta1, float beta2, float epsilon, float weightDecay) implements Operation {

    /** Number of elements of hyper. */
    public static final int HYPER = 3;

    private static final Kernel ADAM_W = Kernel.of(patchbay.kernels.Optimizer.class, "adamW");

    /** The values of hyper at {@code step}, counted from 1. */
    public float[] hyper(float rate, int step) {
        return new float[] {rate, (float) (1 - Math.pow(beta1, step)), (float) (1 - Math.pow(beta2, step))};
    }

    @Override
    public String name() {
        return "adamw";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        var type = inputs.get(0);
        Expect.f32("the parameter", type);
        Expect.f32("the gradient", inputs.get(1), type.shape());
        Expect.f32("m", inputs.get(2), type.shape());
        Expect.f32("v", inputs.get(3), type.shape());
        Expect.f32("hyper", inputs.get(4), HYPER);
        Expect.f32("clip", inputs.get(5), 1);
        return List.of(type, type, type);
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Launch.of(ADAM_W, node.input(0).size())
                .input(0).input(1).input(2).input(3).input(4).input(5).output(0).output(1).output(2)
                .value(beta1).value(beta2).value(epsilon).value(weightDecay).work(20));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }

    @Override
    public boolean inPlace(int output, int input) {
        return input < 4;
    }
}
