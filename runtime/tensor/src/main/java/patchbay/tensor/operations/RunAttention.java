package patchbay.tensor.operations;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import patchbay.tensor.Gradient;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Operation;
import patchbay.tensor.Runs;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;

/**
 * Scaled dot-product attention to the keys of some runs that every query names: q {@code [B, T, H, D]}, k {@code [B, S, G, D]}, v {@code [B, S, G, E]},
 * begins and ends {@code i32[B or 1, H or 1, T, R]}, at {@code i32[B, T]}, then where {@code ordered} order and place {@code i32[B, H, R, S]}, and at last, if there
 * is one, a bias {@code [H, distances]} ({@link Runs} says what they are) {@code → [B, T, H, E]} and the log-sum-exp of each query's
 * scores, {@code [B, H, T]}. A key in several runs of a query counts once. What it costs is the length of the runs, whatever S is.
 *
 * @param ordered whether keys stand in orders of their own, or each at its number
 * @param biased whether there is a bias
 */
public record RunAttention(float scale, boolean ordered, boolean biased) implements Operation {

    private static final Kernel FORWARD = Kernel.of(patchbay.kernels.RunAttention.class, "attention");
    private static final Kernel GRADIENTS = Kernel.of(patchbay.kernels.RunAttention.class, "gradients");
    private static final Kernel DELTA = Kernel.of(patchbay.kernels.Attention.class, "delta");

    private static final int ORDER_AT = 6;
    /** Keys that a query sees, for what an engine makes of the work: it is not known before. */
    private static final int SOME = 64;

    @Override
    public String name() {
        return "run-attention";
    }

    private int biasAt() {
        return ordered ? ORDER_AT + 2 : ORDER_AT;
    }

    /** How many inputs there are. */
    private int inputs() {
        return biased ? biasAt() + 1 : biasAt();
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.operands(inputs, inputs());
        Expect.f32("q", inputs.get(0));
        Expect.f32("k", inputs.get(1));
        Expect.f32("v", inputs.get(2));
        var q = inputs.get(0).shape();
        var k = inputs.get(1).shape();
        var v = inputs.get(2).shape();
        Expect.that(q.rank() == 4, "q must be [batch, time, heads, dim]");
        Expect.that(k.rank() == 4 && k.dim(0) == q.dim(0) && k.dim(3) == q.dim(3), "k must be [" + q.dim(0) + ", keys, key heads, " + q.dim(3) + "]");
        Expect.that(v.rank() == 4 && v.dim(0) == k.dim(0) && v.dim(1) == k.dim(1) && v.dim(2) == k.dim(2),
                "v must be [" + k.dim(0) + ", " + k.dim(1) + ", " + k.dim(2) + ", any]");
        Expect.that(k.dim(2) > 0 && q.dim(2) % k.dim(2) == 0, q.dim(2) + " heads cannot share " + k.dim(2) + " key heads evenly");
        var begins = inputs.get(3).shape();
        Expect.that(begins.rank() == 4 && (begins.dim(0) == q.dim(0) || begins.dim(0) == 1) && (begins.dim(1) == q.dim(2) || begins.dim(1) == 1)
                && begins.dim(2) == q.dim(1) && begins.dim(3) > 0, "the runs' begins must be [" + q.dim(0) + " or 1, " + q.dim(2) + " or 1, " + q.dim(1) + ", runs]");
        Expect.i32("the runs' begins", inputs.get(3), begins);
        Expect.i32("the runs' ends", inputs.get(4), begins);
        Expect.i32("at", inputs.get(5), q.dim(0), q.dim(1));
        for (int i = ORDER_AT; i < biasAt(); i++) {
            Expect.i32("the keys' order", inputs.get(i), q.dim(0), q.dim(2), begins.dim(3), k.dim(1));
        }
        if (biased) {
            var bias = inputs.get(biasAt());
            Expect.that(bias.shape().rank() == 2 && bias.shape().dim(1) > 0, "the bias must be [heads, distances]");
            Expect.f32("the bias", bias, q.dim(2), bias.shape().dim(1));
        }
        return List.of(TensorType.f32(q.dim(0), q.dim(1), q.dim(2), v.dim(3)), TensorType.f32(q.dim(0), q.dim(2), q.dim(1)));
    }

    @Override
    public List<Launch> launches(Node node) {
        int runs = node.input(3).shape().dim(3);
        int each = ordered && node.input(0).shape().dim(1) == node.input(1).shape().dim(1) ? 1 : runs; // in the order of one after the other
        return IntStream.range(0, runs / each).mapToObj(pass -> values(operands(node, Launch.of(FORWARD, queries(node))).output(0).output(1)
                .value(pass * each).value((pass + 1) * each), node).work((long) SOME * each * pair(node))).toList();
    }

    private static int queries(Node node) {
        return node.input(0).size() / node.input(0).shape().dim(3);
    }

    /** What a pair of a query and a key costs. */
    private static long pair(Node node) {
        return node.input(1).shape().dim(3) + node.input(2).shape().dim(3) + 10;
    }

    /** What forward and gradient read alike; where there are no orders and no bias any array, as nothing is read there. */
    private Launch operands(Node node, Launch launch) {
        for (int i = 0; i < ORDER_AT; i++) {
            launch.input(i);
        }
        return launch.input(ordered ? ORDER_AT : 3).input(ordered ? ORDER_AT + 1 : 3).input(biased ? biasAt() : 0);
    }

    /** 0 without a bias. */
    private int distances(Node node) {
        return biased ? node.input(biasAt()).shape().dim(1) : 0;
    }

    private Launch values(Launch launch, Node node) {
        var q = node.input(0).shape();
        var k = node.input(1).shape();
        var runs = node.input(3).shape();
        return launch.value(q.dim(1)).value(k.dim(1)).value(q.dim(2)).value(k.dim(2)).value(q.dim(3)).value(node.input(2).shape().dim(3))
                .value(runs.dim(0)).value(runs.dim(1)).value(runs.dim(3)).value(ordered ? 1 : 0).value(distances(node)).value(scale);
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var operands = new ArrayList<>(node.inputs());
        operands.addAll(List.of(node.outputs().get(0), node.outputs().get(1), gradient.of(0), gradient.of(1)));
        var parts = node.inputs().getFirst().graph().apply(new Backward(this), operands);
        for (int i = 0; i < 3; i++) {
            var part = parts.get(i);
            gradient.to(i, () -> part);
        }
        if (biased) {
            gradient.to(biasAt(), () -> parts.get(3).sum(0));
        }
    }

    /** The gradients by q, k, v and, a part for each sequence, by the bias; from the inputs, both outputs and the gradients by them. */
    record Backward(RunAttention forward) implements Operation {

        @Override
        public String name() {
            return "run-attention-gradient";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            var types = new ArrayList<>(inputs.subList(0, 3));
            if (forward.biased) {
                types.add(TensorType.f32(Shape.of(inputs.get(0).shape().dim(0)).append(inputs.get(forward.biasAt()).shape().dims())));
            }
            return types;
        }

        /** One sum a query: what softmax's gradient takes off; and what stands for the bias's gradient where there is no bias. */
        @Override
        public List<TensorType> scratch(Node node) {
            return List.of(node.input(forward.inputs() + 1), TensorType.f32(1));
        }

        @Override
        public List<Launch> launches(Node node) {
            var q = node.input(0).shape();
            var k = node.input(1).shape();
            int out = forward.inputs();
            var delta = Launch.of(DELTA, queries(node)).input(out).input(out + 2).input(out + 3).scratch(0)
                    .value(q.dim(1)).value(q.dim(2)).value(node.input(2).shape().dim(3)).work(2L * node.input(2).shape().dim(3));
            var gradients = forward.operands(node, Launch.of(GRADIENTS, k.dim(0) * k.dim(2))).input(out + 2).input(out + 1).scratch(0)
                    .output(0).output(1).output(2);
            gradients = forward.biased ? gradients.output(3) : gradients.scratch(1);
            return List.of(delta, forward.values(gradients, node)
                    .work(5L * queries(node) / (k.dim(0) * k.dim(2)) * SOME * node.input(3).shape().dim(3) * pair(node) / 2));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            Expect.firstOrder(this);
        }
    }
}
