package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Recurrence;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/**
 * The states of {@code S_{m+1} = decay_m ⊙ S_m + increment_m}, each a D × E matrix whose rows decay by themselves: increments
 * {@code [N, M, D, E]}, decays {@code [N, M, D]}, S_0 {@code [N, D, E] →} the states before each of the M steps {@code [N, M, D, E]}, and the last,
 * {@code [N, D, E]}.
 */
public record LinearRecurrence() implements Operation {

    private static final Kernel STATES = Kernel.of(Recurrence.class, "states");
    private static final Kernel GRADIENTS = Kernel.of(Recurrence.class, "gradients");

    @Override
    public String name() {
        return "linearRecurrence";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.allF32(inputs, 3);
        var increments = inputs.getFirst().shape();
        Expect.that(increments.rank() == 4, "the increments must be [batch, steps, rows, width]");
        int n = increments.dim(0), d = increments.dim(2), e = increments.dim(3);
        Expect.f32("the decays", inputs.get(1), n, increments.dim(1), d);
        Expect.f32("the first state", inputs.get(2), n, d, e);
        return List.of(inputs.get(0), inputs.get(2));
    }

    private static Launch sizes(Launch launch, Node node, int scalars) {
        var before = node.input(0).shape();
        return launch.value(before.dim(1)).value(before.dim(2)).value(before.dim(3)).work((long) scalars * before.dim(1) * before.dim(3));
    }

    private static int rows(Node node) {
        return node.input(0).shape().dim(0) * node.input(0).shape().dim(2);
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(sizes(Launch.of(STATES, rows(node)).input(0).input(1).input(2).output(0).output(1), node, 3));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var in = node.inputs();
        var parts = in.getFirst().graph().apply(new Backward(), List.of(node.outputs().getFirst(), in.get(1), gradient.of(0), gradient.of(1)));
        for (int i = 0; i < 3; i++) {
            var part = parts.get(i);
            gradient.to(i, () -> part);
        }
    }

    /** The gradients by increments, decays and the first state; from the states, the decays, and the gradients by both outputs. */
    record Backward() implements Operation {

        @Override
        public String name() {
            return "linearRecurrence-gradient";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            return List.of(inputs.get(0), inputs.get(1), inputs.get(3));
        }

        @Override
        public List<Launch> launches(Node node) {
            var launch = Launch.of(GRADIENTS, rows(node)).input(1).input(0).input(2).input(3).output(0).output(1).output(2);
            return List.of(sizes(launch, node, 5));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            Expect.firstOrder(this);
        }
    }
}
