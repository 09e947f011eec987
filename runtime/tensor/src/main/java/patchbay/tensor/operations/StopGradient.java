package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/** The operand itself, as a constant in the eyes of a gradient. */
public record StopGradient() implements Operation {

    @Override
    public String name() {
        return "stopGradient";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 1);
        return inputs;
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of();
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }

    @Override
    public boolean isView() {
        return true;
    }
}
