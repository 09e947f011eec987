package patchbay.tensor.operations;

import java.util.List;
import patchbay.kernels.Quantized;
import patchbay.tensor.DType;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.TensorType;

/** What {@link Quantize} yields as floats again: codes {@code i8[*, D]}, scales {@code [*] → [*, D]}. */
public record Dequantize() implements Operation {

    private static final Kernel KERNEL = Kernel.of(Quantized.class, "dequantize");

    @Override
    public String name() {
        return "dequantize";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 2);
        Expect.dtype(inputs.get(0), DType.I8);
        var shape = inputs.get(0).shape();
        Expect.f32("the scales", inputs.get(1), shape.without(-1));
        return List.of(TensorType.f32(shape));
    }

    @Override
    public List<Launch> launches(Node node) {
        int width = node.output(0).shape().dim(-1);
        return List.of(Launch.of(KERNEL, node.input(1).size()).input(0).input(1).output(0).value(width).work(width));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
