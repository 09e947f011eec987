package patchbay.tensor.operations;

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
 * {@code [B, T, H, D]}, k and v {@code [B, S, G, D]}, start {@code i32[1]} {@code → [B, T, H, D]}; H is a multiple of G and head
 * h reads key head {@code h / (H / G)}. The second output, {@code [B, H, T]}, is the log-sum-exp of each query's scores, from
 * which the gradient computes the probabilities again; no {@code T × S} matrix is ever stored.
 *
 * <p>Query t stands at position {@code start + t}, key s at position s. Keys at or beyond {@code start + T} do not exist yet
 * (k and v may be a cache with room to spare) and are never attended to; where all S keys exist, as in cross-attention, start is
 * {@code S − T}.
 *
 * @param window how many positions a query attends to, the last of which is its own; {@link #PAST} for all up to its own,
 *         {@link #ALL} for all that there are
 */
public record Attention(int window, float scale) implements Operation {

    public static final int ALL = 0;
    /** Greater than any sequence is long, and far from overflow. */
    public static final int PAST = 1 << 30;

    public Attention {
        Expect.that(window >= 0 && window <= PAST, "a window must be at least 1, not " + window);
    }

    private static final Kernel FORWARD = Kernel.of(patchbay.kernels.Attention.class, "attention");
    private static final Kernel DELTA = Kernel.of(patchbay.kernels.Attention.class, "delta");
    private static final Kernel QUERY = Kernel.of(patchbay.kernels.Attention.class, "queryGradient");
    private static final Kernel GRADIENTS = Kernel.of(patchbay.kernels.Attention.class, "gradients");
    private static final Kernel KEY_VALUE = Kernel.of(patchbay.kernels.Attention.class, "keyValueGradient");

    @Override
    public String name() {
        return "attention";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        Expect.f32("q", inputs.get(0));
        var q = inputs.get(0).shape();
        var k = inputs.get(1).shape();
        Expect.that(q.rank() == 4, "q must be [batch, time, heads, dim]");
        Expect.that(k.rank() == 4 && k.dim(0) == q.dim(0) && k.dim(3) == q.dim(3),
                "k must be [" + q.dim(0) + ", keys, key heads, " + q.dim(3) + "]");
        Expect.f32("k", inputs.get(1));
        Expect.that(k.dim(1) > 0, "there must be at least one key");
        Expect.f32("v", inputs.get(2), k);
        Expect.that(k.dim(2) > 0 && q.dim(2) % k.dim(2) == 0,
                q.dim(2) + " heads cannot share " + k.dim(2) + " key heads evenly");
        Expect.i32("start", inputs.get(3), 1);
        return List.of(inputs.get(0), TensorType.f32(q.dim(0), q.dim(2), q.dim(1)));
    }

    @Override
    public List<Launch> launches(Node node) {
        var q = node.input(0).shape();
        var k = node.input(1).shape();
        return List.of(sizes(Launch.of(FORWARD, q.span(0, 3)).input(0).input(1).input(2).input(3).output(0).output(1), q, k)
                .work(2L * seen(k.dim(1)) * (q.dim(3) + 5)));
    }

    /** The most keys, or queries, of {@code there} that one has to do with. */
    private int seen(int there) {
        return window == ALL ? there : Math.min(there, window);
    }

    private Launch sizes(Launch launch, Shape q, Shape k) {
        return launch.value(q.dim(1)).value(k.dim(1)).value(q.dim(2)).value(k.dim(2)).value(q.dim(3))
                .value(window).value(scale);
    }

    @Override
    public void gradient(Node node, Gradient gradient) {
        if (gradient.wanted(0) || gradient.wanted(1) || gradient.wanted(2)) {
            var in = node.inputs();
            var out = node.outputs();
            var parts = in.get(0).graph().apply(new Backward(this),
                    List.of(in.get(0), in.get(1), in.get(2), in.get(3), out.get(0), out.get(1), gradient.of(0)));
            for (int i = 0; i < 3; i++) {
                var part = parts.get(i);
                gradient.to(i, () -> part);
            }
        }
    }

    /** The gradients by q, k and v, from q, k, v, start, both outputs and the gradient by the first. */
    record Backward(Attention forward) implements Operation {

        /** Heads that several threads can share evenly enough. */
        private static final int ENOUGH_HEADS = 8;

        @Override
        public String name() {
            return "attention-gradient";
        }

        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            return inputs.subList(0, 3);
        }

        /** One sum a query: what softmax's gradient takes off. */
        @Override
        public List<TensorType> scratch(Node node) {
            return List.of(node.input(5));
        }

        @Override
        public List<Launch> launches(Node node) {
            var q = node.input(0).shape();
            var k = node.input(1).shape();
            int groupSize = q.dim(2) / k.dim(2);
            return List.of(delta(q),
                    forward.sizes(Launch.of(QUERY, q.span(0, 3)).input(0).input(1).input(2).input(3).input(6).input(5)
                            .scratch(0).output(0), q, k).work(3L * forward.seen(k.dim(1)) * (q.dim(3) + 5)),
                    forward.sizes(Launch.of(KEY_VALUE, k.span(0, 3)).input(0).input(1).input(2).input(3).input(6).input(5)
                            .scratch(0).output(1).output(2), q, k).work(4L * groupSize * forward.seen(q.dim(1)) * (q.dim(3) + 5)));
        }

        private static Launch delta(Shape q) {
            return Launch.of(DELTA, q.span(0, 3)).input(4).input(6).scratch(0)
                    .value(q.dim(1)).value(q.dim(2)).value(q.dim(3)).work(2L * q.dim(3));
        }

        @Override
        public List<Launch> coarseLaunches(Node node) {
            var q = node.input(0).shape();
            var k = node.input(1).shape();
            if (k.dim(0) * k.dim(2) < ENOUGH_HEADS) {
                return launches(node);
            }
            return List.of(delta(q), forward.sizes(Launch.of(GRADIENTS, k.dim(0) * k.dim(2)).input(0).input(1).input(2).input(3).input(6).input(5)
                    .scratch(0).output(0).output(1).output(2), q, k).work(5L * q.dim(2) / k.dim(2) * q.dim(1) * forward.seen(k.dim(1)) * (q.dim(3) + 5)));
        }

        @Override
        public void gradient(Node node, Gradient gradient) {
            Expect.firstOrder(this);
        }
    }
}
