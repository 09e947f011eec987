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

/** Rows as bytes with a scale each, a 127th of the greatest magnitude: {@code [*, D] →} codes {@code i8[*, D]} and scales {@code [*]}. */
public record Quantize() implements Operation {

    private static final Kernel KERNEL = Kernel.of(Quantized.class, "quantize");

    @Override
    public String name() {
        return "quantize";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, 1);
        Expect.rows("what is quantized", inputs.getFirst());
        var shape = inputs.getFirst().shape();
        return List.of(new TensorType(DType.I8, shape), TensorType.f32(shape.without(-1)));
    }

    @Override
    public List<Launch> launches(Node node) {
        int width = node.input(0).shape().dim(-1);
        return List.of(Launch.of(KERNEL, node.output(1).size()).input(0).output(0).output(1).value(width).work(4L * width));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        gradient.stop();
    }
}
