package patchbay.tensor.operations;

import java.util.ArrayList;
import java.util.List;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;

/**
 * {@link Attention} in which every query brings a list of the keys that it sees: q {@code [B, T, H, D]}, k {@code [B, S, G, D]}, v
 * {@code [B, S, G, E]}, ranges {@code i32 [B or 1, T, G or 1, spans, 2]}, start {@code i32[1]} {@code → [B, T, H, E]} and the
 * log-sum-exp of each query's scores, {@code [B, H, T]}. A span goes from its first number to before its second, within S; the spans of a
 * query must not overlap, and those that end before they begin are empty. What a query costs is what its list holds. A query without any
 * key yields zeros and −∞. Keys and values between those that neighbouring queries see may be read; they count nothing, but must be finite.
 *
 * <p>A sixth input is a bias on the scores by the distance of key s, which then stands at position s, from query t, at {@code start + t}:
 * {@code [H, S]}. No span may then go beyond its query.
 *
 * <p>The gradient by k and v is summed by one thread a key head and sequence, in the order of the queries.
 */
public record RangedAttention(float scale) implements Operation {

    private static final int BIAS_AT = 5;
    /** Keys of a span, as a guess at its work: how many there are is in the lists. */
    private static final int LENGTH = 64;

    private static final Kernel FORWARD = Kernel.of(patchbay.kernels.RangedAttention.class, "attention");
    private static final Kernel DELTA = Kernel.of(patchbay.kernels.Attention.class, "delta");
    private static final Kernel GRADIENTS = Kernel.of(patchbay.kernels.RangedAttention.class, "gradients");

    @Override
    public String name() {
        return "ranged-attention";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        var types = new Attention(Attention.PAST, scale).infer(List.of(inputs.get(0), inputs.get(1), inputs.get(2), inputs.get(4)));
        var q = inputs.get(0).shape();
        var k = inputs.get(1).shape();
        var ranges = inputs.get(3).shape();
        Expect.that(ranges.rank() == 5 && (ranges.dim(0) == q.dim(0) || ranges.dim(0) == 1) && (ranges.dim(2) == k.dim(2) || ranges.dim(2) == 1),
                "ranges must be [" + q.dim(0) + " or 1, " + q.dim(1) + ", " + k.dim(2) + " or 1, spans, 2]");
        Expect.i32("ranges", inputs.get(3), ranges.dim(0), q.dim(1), ranges.dim(2), ranges.dim(3), 2);
        if (inputs.size() > BIAS_AT) {
            Expect.f32("the bias", inputs.get(BIAS_AT), q.dim(2), k.dim(1));
        }
        return types;
    }

    /**
     * Of a node whose first inputs are the attention's.
     *
     * @param distances 0 without a bias
     * @param bias the bias' place among the inputs; without one any place, as nothing is read there
     */
    private record Sizes(int batch, int time, int keys, int heads, int groups, int dim, int valueDim, Shape ranges, int distances, int bias) {

        static Sizes of(Node node, int biasAt) {
            var q = node.input(0).shape();
            var k = node.input(1).shape();
            boolean biased = node.inputs().size() > biasAt;
            return new Sizes(q.dim(0), q.dim(1), k.dim(1), q.dim(2), k.dim(2), q.dim(3), node.input(2).shape().dim(3), node.input(3).shape(),
                    biased ? node.input(biasAt).shape().dim(1) : 0, biased ? biasAt : 0);
        }

        int queries() {
            return batch * time * heads;
        }

        /** Of a query, roughly. */
        long work() {
            return (long) Math.min(keys, ranges.dim(3) * LENGTH) * (dim + valueDim + 10);
        }
    }

    private Launch values(Launch launch, Sizes sizes) {
        return launch.value(sizes.time).value(sizes.keys).value(sizes.heads).value(sizes.groups).value(sizes.dim).value(sizes.valueDim)
                .value(sizes.ranges.dim(0)).value(sizes.ranges.dim(2)).value(sizes.ranges.dim(3)).value(sizes.distances).value(scale);
    }

    @Override
    public List<Launch> launches(Node node) {
        var sizes = Sizes.of(node, BIAS_AT);
        return List.of(values(Launch.of(FORWARD, sizes.queries()).input(0).input(1).input(2).input(3).input(4).input(sizes.bias)
                .output(0).output(1), sizes).work(sizes.work()));
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var in = node.inputs();
        var operands = new ArrayList<>(in.subList(0, BIAS_AT));
        operands.addAll(List.of(node.outputs().get(0), node.outputs().get(1), gradient.of(0), gradient.of(1)));
        operands.addAll(in.subList(BIAS_AT, in.size()));
        var parts = in.get(0).graph().apply(new Backward(this), operands);
        for (int i = 0; i < 3; i++) {
            var part = parts.get(i);
            gradient.to(i, () -> part);
        }
        if (in.size() > BIAS_AT) {
            gradient.to(BIAS_AT, () -> parts.get(3).sum(0));
        }
    }

    /**
     * The gradients by q, k, v and, a part for each sequence, by the bias; from the attention's first five inputs, its outputs, the gradients by
     * them, and the bias if there is one.
     */
    record Backward(RangedAttention forward) implements Operation {

        private static final int BIAS_AT = 9;

        @Override
        public String name() {
            return "ranged-attention-gradient";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            var types = new ArrayList<>(inputs.subList(0, 3));
            if (inputs.size() > BIAS_AT) {
                types.add(TensorType.f32(Shape.of(inputs.get(0).shape().dim(0)).append(inputs.get(BIAS_AT).shape().dims())));
            }
            return types;
        }

        /** One sum a query: what softmax's gradient takes off; and what stands for the bias's gradient where there is no bias. */
        @Override
        public List<TensorType> scratch(Node node) {
            return List.of(node.input(6), TensorType.f32(1));
        }

        @Override
        public List<Launch> launches(Node node) {
            var sizes = Sizes.of(node, BIAS_AT);
            var delta = Launch.of(DELTA, sizes.queries()).input(5).input(7).input(8).scratch(0)
                    .value(sizes.time).value(sizes.heads).value(sizes.valueDim).work(2L * sizes.valueDim);
            var gradients = Launch.of(GRADIENTS, sizes.batch * sizes.groups).input(0).input(1).input(2).input(3).input(4).input(sizes.bias)
                    .input(7).input(6).scratch(0).output(0).output(1).output(2);
            gradients = sizes.distances == 0 ? gradients.scratch(1) : gradients.output(3);
            return List.of(delta, forward.values(gradients, sizes).work(5L * sizes.heads / sizes.groups * sizes.time * sizes.work() / 2));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            Expect.firstOrder(this);
        }
    }
}
