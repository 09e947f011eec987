package patchbay.tensor.operations;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import patchbay.kernels.Quantized;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Origin;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/**
 * {@link Attention} to keys and values that are kept as {@link Quantize} yields them and are read as they are: q, the codes of k and of v, start,
 * the scales of k and of v {@code [B, S, G]}, and the bias if there is one. Without a gradient.
 */
public record QuantizedAttention(Attention how) implements Operation {

    /** From so many queries on it is less work to widen keys and values first. */
    private static final int MANY = 8;
    private static final int BIAS_AT = 6;

    private static final Kernel KERNEL = Kernel.of(Quantized.class, "attention");

    /** What the attention yields if its keys and values were both made by {@link Dequantize}; empty if not, or if the queries are many. */
    public static Optional<List<Tensor>> apply(Attention how, Tensor q, Tensor k, Tensor v, Tensor start, Optional<Tensor> bias) {
        if (how.window() == Attention.PADDED || q.dim(1) >= MANY || !isDequantized(k) || !isDequantized(v)) {
            return Optional.empty();
        }
        var keys = ((Origin.Result) k.origin()).node().inputs();
        var values = ((Origin.Result) v.origin()).node().inputs();
        var operands = new ArrayList<>(List.of(q, keys.get(0), values.get(0), start, keys.get(1), values.get(1)));
        bias.ifPresent(operands::add);
        return Optional.of(q.graph().apply(new QuantizedAttention(how), operands));
    }

    private static boolean isDequantized(Tensor tensor) {
        return tensor.origin() instanceof Origin.Result(var node, int _) && node.operation() instanceof Dequantize;
    }

    @Override
    public String name() {
        return "quantizedAttention";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        var dequantize = new Dequantize();
        var plain = new ArrayList<>(List.of(inputs.get(0), dequantize.infer(List.of(inputs.get(1), inputs.get(4))).getFirst(),
                dequantize.infer(List.of(inputs.get(2), inputs.get(5))).getFirst(), inputs.get(3)));
        plain.addAll(inputs.subList(BIAS_AT, inputs.size()));
        return how.infer(plain);
    }

    @Override
    public List<Launch> launches(Node node) {
        var sizes = Attention.Sizes.of(node, BIAS_AT);
        return List.of(how.values(Launch.of(KERNEL, sizes.queries()).input(0).input(1).input(4).input(2).input(5).input(3)
                .input(sizes.bias()).output(0).output(1), sizes).work(how.work(sizes)));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        Expect.firstOrder(this);
    }
}
