package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Functions;
import patchbay.kernels.HalfPrecision;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/**
 * f32 to i32, toward zero, or to f16 or bf16, to nearest; any of them to f32. Between floats the gradient, always f32, passes as if
 * nothing were rounded (the straight-through estimator; Bengio et al. 2013, arXiv 1308.3432); between f32 and i32 none does.
 */
public record Cast(DType target) implements Operation {

    private static final Kernel TO_INT = Kernel.of(Functions.class, "toInt");
    private static final Kernel TO_FLOAT = Kernel.of(Functions.class, "toFloat");
    private static final Kernel TO_F16 = Kernel.of(HalfPrecision.class, "toF16");
    private static final Kernel TO_BF16 = Kernel.of(HalfPrecision.class, "toBf16");
    private static final Kernel FROM_F16 = Kernel.of(HalfPrecision.class, "fromF16");
    private static final Kernel FROM_BF16 = Kernel.of(HalfPrecision.class, "fromBf16");

    @Override
    public String name() {
        return switch (target) {
            case I32 -> "toInt";
            case F16 -> "toF16";
            case BF16 -> "toBf16";
            default -> "toFloat";
        };
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 1);
        kernel(inputs.getFirst().dtype());
        return List.of(new TensorType(target, inputs.getFirst().shape()));
    }

    private Kernel kernel(DType from) {
        var narrow = target == DType.F32 ? from : target; // the other one is f32
        var unknown = new ShapeError("there is no conversion from " + from + " to " + target);
        if (target != DType.F32 && from != DType.F32) {
            throw unknown;
        }
        return switch (narrow) {
            case I32 -> target == DType.I32 ? TO_INT : TO_FLOAT;
            case F16 -> target == DType.F16 ? TO_F16 : FROM_F16;
            case BF16 -> target == DType.BF16 ? TO_BF16 : FROM_BF16;
            default -> throw unknown;
        };
    }

    @Override
    public List<Launch> launches(Node node) {
        return List.of(Launch.of(kernel(node.input(0).dtype()), node.output(0).size()).input(0).output(0).work(1));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        if (node.input(0).dtype().isFloat() && target.isFloat()) {
            gradient.to(0, () -> gradient.of(0));
        } else {
            gradient.stop();
        }
    }
}
