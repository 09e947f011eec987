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
 * Scaled dot-product attention (Vaswani et al. 2017, equation 1; grouped queries after Ainslie et al. 2023): q
 * {@code [B, T, H, D]}, k {@code [B, S, G, D]}, v {@code [B, S, G, E]}, start {@code i32[1]} {@code → [B, T, H, E]}; H is a multiple of G and head
 * h reads key head {@code h / (H / G)}. The second output, {@code [B, H, T]}, is the log-sum-exp of each query's scores, from
 * which the gradient computes the probabilities again; no {@code T × S} matrix is ever stored. It has a gradient of its own, so that
 * attentions over parts of the keys can be put together to one.
 *
 * <p>Query t stands at position {@code start + t}, key s at position s. Keys at or beyond {@code start + T} do not exist yet
 * (k and v may be a cache with room to spare) and are never attended to; where all S keys exist, as in cross-attention, start is
 * {@code S − T}. With the window {@link #PADDED} sequences are of different lengths: start is then i32[B], how many keys of each exist, and query t stands at
 * position {@code S − T + t}.
 *
 * <p>A fifth input is a bias on the scores that depends on the distance: {@code [H, S]} for the distances 0 to S − 1 or, where a query
 * sees what comes after it, {@code [H, 2·S − 1]} for those from −(S − 1) on. It is added after the cap.
 *
 * @param window how many positions a query attends to, the last of which is its own; {@link #PAST} for all up to its own,
 *         {@link #ALL} for all that there are, {@link #PADDED} for all that there are of its own sequence
 * @param cap scores s become {@code cap · tanh(s / cap)} (Gemma 2, 2024, section 2); 0 for none
 */
public record Attention(int window, float scale, float cap) implements Operation {

    public static final int ALL = 0;
    public static final int PADDED = -1;
    /** Greater than any sequence is long, and far from overflow. */
    public static final int PAST = 1 << 30;

    private static final int BIAS_AT = 4;

    private static final Kernel FORWARD = Kernel.of(patchbay.kernels.Attention.class, "attention");
    private static final Kernel DELTA = Kernel.of(patchbay.kernels.Attention.class, "delta");
    private static final Kernel QUERY = Kernel.of(patchbay.kernels.Attention.class, "queryGradient");
    private static final Kernel KEY_VALUE = Kernel.of(patchbay.kernels.Attention.class, "keyValueGradient");
    private static final Kernel BIAS = Kernel.of(patchbay.kernels.Attention.class, "biasGradient");
    private static final Kernel GRADIENTS = Kernel.of(patchbay.kernels.Attention.class, "gradients");

    public Attention {
        Expect.that(window >= PADDED && window <= PAST, "a window must be at least 1, not " + window);
        Expect.that(cap >= 0, "a cap must be positive, or 0 for none, not " + cap);
    }

    public Attention(int window, float scale) {
        this(window, scale, 0);
    }

    /** {@link #PAST} or {@link #ALL}. */
    public static int window(boolean causal) {
        return causal ? PAST : ALL;
    }

    @Override
    public String name() {
        return "attention";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.f32("q", inputs.get(0));
        var q = inputs.get(0).shape();
        var k = inputs.get(1).shape();
        var v = inputs.get(2).shape();
        Expect.that(q.rank() == 4, "q must be [batch, time, heads, dim]");
        Expect.that(k.rank() == 4 && k.dim(0) == q.dim(0) && k.dim(3) == q.dim(3),
                "k must be [" + q.dim(0) + ", keys, key heads, " + q.dim(3) + "]");
        Expect.f32("k", inputs.get(1));
        Expect.that(k.dim(1) > 0, "there must be at least one key");
        Expect.f32("v", inputs.get(2));
        Expect.that(v.rank() == 4 && v.dim(0) == k.dim(0) && v.dim(1) == k.dim(1) && v.dim(2) == k.dim(2),
                "v must be [" + k.dim(0) + ", " + k.dim(1) + ", " + k.dim(2) + ", any]");
        Expect.that(k.dim(2) > 0 && q.dim(2) % k.dim(2) == 0,
                q.dim(2) + " heads cannot share " + k.dim(2) + " key heads evenly");
        Expect.i32("start", inputs.get(3), window == PADDED ? q.dim(0) : 1);
        if (inputs.size() > BIAS_AT) {
            Expect.f32("the bias", inputs.get(BIAS_AT), q.dim(2), window <= ALL ? 2 * k.dim(1) - 1 : k.dim(1));
            Expect.that(q.dim(1) <= k.dim(1), "with a bias there must be as many keys as queries");
        }
        return List.of(TensorType.f32(q.dim(0), q.dim(1), q.dim(2), v.dim(3)), TensorType.f32(q.dim(0), q.dim(2), q.dim(1)));
    }

    @Override
    public List<Launch> launches(Node node) {
        var sizes = Sizes.of(node, BIAS_AT);
        return List.of(values(Launch.of(FORWARD, sizes.queries()).input(0).input(1).input(2).input(3).input(sizes.bias).output(0).output(1), sizes)
                .work(work(sizes)));
    }

    /** Of one query. */
    long work(Sizes sizes) {
        return (long) seen(sizes.keys) * (sizes.dim + sizes.valueDim + 10);
    }

    /** The most keys, or queries, of {@code there} that one has to do with. */
    private int seen(int there) {
        return window <= ALL ? there : Math.min(there, window);
    }

    /**
     * Of a node whose first inputs are the attention's.
     *
     * @param distances 0 without a bias
     * @param bias the bias' place among the inputs; without one any place, as nothing is read there
     */
    record Sizes(int batch, int time, int keys, int heads, int groups, int dim, int valueDim, int distances, int bias) {

        static Sizes of(Node node, int biasAt) {
            var q = node.input(0).shape();
            var k = node.input(1).shape();
            boolean biased = node.inputs().size() > biasAt;
            return new Sizes(q.dim(0), q.dim(1), k.dim(1), q.dim(2), k.dim(2), q.dim(3), node.input(2).shape().dim(3),
                    biased ? node.input(biasAt).shape().dim(1) : 0, biased ? biasAt : 0);
        }

        int queries() {
            return batch * time * heads;
        }
    }

    Launch values(Launch launch, Sizes sizes) {
        return launch.value(sizes.time).value(sizes.keys).value(sizes.heads).value(sizes.groups).value(sizes.dim).value(sizes.valueDim)
                .value(window).value(sizes.distances).value(scale).value(cap);
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        var in = node.inputs();
        var operands = new ArrayList<>(in.subList(0, 4));
        operands.addAll(List.of(node.outputs().get(0), node.outputs().get(1), gradient.of(0), gradient.of(1)));
        operands.addAll(in.subList(4, in.size()));
        var parts = in.get(0).graph().apply(new Backward(this), operands);
        for (int i = 0; i < 3; i++) {
            var part = parts.get(i);
            gradient.to(i, () -> part);
        }
        if (in.size() > BIAS_AT) {
            gradient.to(4, () -> parts.get(3).sum(0));
        }
    }

    /**
     * The gradients by q, k, v and, a part for each sequence, by the bias; from q, k, v, start, both outputs, the gradients by them, and the bias
     * if there is one.
     */
    record Backward(Attention forward) implements Operation {

        private static final int BIAS_AT = 8;
        /** Heads that several threads can share evenly enough. */
        private static final int ENOUGH_HEADS = 8;

        @Override
        public String name() {
            return "attention-gradient";
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
            return List.of(node.input(5), TensorType.f32(1));
        }

        @Override
        public List<Launch> launches(Node node) {
            var sizes = Sizes.of(node, BIAS_AT);
            long pair = sizes.dim + sizes.valueDim + 10;
            var launches = new ArrayList<Launch>();
            launches.add(delta(sizes));
            launches.add(forward.values(operands(Launch.of(QUERY, sizes.queries()), sizes).output(0), sizes)
                    .work(3 * forward.seen(sizes.keys) * pair / 2));
            launches.add(forward.values(operands(Launch.of(KEY_VALUE, sizes.batch * sizes.groups * sizes.keys), sizes).output(1).output(2), sizes)
                    .work(2L * sizes.heads / sizes.groups * forward.seen(sizes.time) * pair));
            if (sizes.distances > 0) {
                launches.add(forward.values(operands(Launch.of(BIAS, sizes.batch * sizes.heads * sizes.distances), sizes).output(3), sizes)
                        .work(sizes.time * pair));
            }
            return launches;
        }

        private static Launch operands(Launch launch, Sizes sizes) {
            return launch.input(0).input(1).input(2).input(3).input(sizes.bias).input(6).input(5).scratch(0);
        }

        private static Launch delta(Sizes sizes) {
            return Launch.of(DELTA, sizes.queries()).input(4).input(6).input(7).scratch(0)
                    .value(sizes.time).value(sizes.heads).value(sizes.valueDim).work(2L * sizes.valueDim);
        }

        @Override
        public List<Launch> coarseLaunches(Node node) {
            var sizes = Sizes.of(node, BIAS_AT);
            if (sizes.batch * sizes.groups < ENOUGH_HEADS && sizes.distances == 0 && forward.cap == 0) {
                return launches(node);
            }
            var gradients = operands(Launch.of(GRADIENTS, sizes.batch * sizes.groups), sizes).output(0).output(1).output(2);
            gradients = sizes.distances == 0 ? gradients.scratch(1) : gradients.output(3);
            return List.of(delta(sizes), forward.values(gradients, sizes)
                    .work(5L * sizes.heads / sizes.groups * sizes.time * forward.seen(sizes.keys) * (sizes.dim + sizes.valueDim + 10) / 2));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            Expect.firstOrder(this);
        }
    }
}
