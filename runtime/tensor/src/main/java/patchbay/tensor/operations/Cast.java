package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Functions;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** f32 to i32, toward zero, or i32 to f32. No gradient passes. */
public record Cast(DType target) implements Operation {

    private static final Kernel TO_INT = Kernel.of(Functions.class, "toInt");
    private static final Kernel TO_FLOAT = Kernel.of(Functions.class, "toFloat");

    @Override
    public String name() {
        return target == DType.I32 ? "toInt" : "toFloat";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        if (target != DType.I32 && target != DType.F32) {
            throw new ShapeError("there is no conversion to " + target);
        }
        Expect.operands(inputs, 1);
        Expect.dtype(inputs.getFirst(), target == DType.I32 ? DType.F32 : DType.I32);
        return List.of(new TensorType(target, inputs.getFirst().shape()));
    }

    @Override
    public List<Launch> launches(Node node) {
        var kernel = target == DType.I32 ? TO_INT : TO_FLOAT;
        return List.of(Launch.of(kernel, node.output(0).size()).input(0).output(0).work(1));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
