package patchbay.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import patchbay.tensor.Gradients;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Networks;
import patchbay.tensor.Optimizers;
import patchbay.tensor.Program;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.operations.AdamW;

/**
 * Training steps of a decoder-only transformer, pre-norm, with tied embeddings and no biases but the norms'.
 *
 * @param experts of which each token takes two; 1 for a dense feed-forward
 * @param hidden size of a feed-forward, or of each expert
 */
record Decoder(Style style, int batch, int time, int vocabulary, int dim, int heads, int layers, int experts, int hidden) {

    enum Style {
        /** LayerNorm, two matrices with GELU between them, no positions. */
        GPT,
        /** RMSNorm, SwiGLU, rotary positions: what Patchbay's experiments train. */
        LLAMA
    }

    static final int CHOSEN = 2;
    static final float EPSILON = 1e-5f;

    private static final AdamW ADAM_W = new AdamW(0.9f, 0.99f, 1e-8f, 0.1f);

    int tokens() {
        return batch * time;
    }

    /** Floating-point operations of the products in a step, forward and twice as many backward. */
    double work() {
        int matrices = style == Style.GPT ? 2 : 3;
        int active = experts == 1 ? 1 : CHOSEN;
        double weights = layers * (4.0 * dim * dim + active * matrices * (double) dim * hidden + (experts == 1 ? 0 : dim * experts))
                + (double) vocabulary * dim;
        double attention = layers * 2.0 * batch * time * time * dim; // causal: half of the two products
        return 3 * (2 * weights * tokens() + attention);
    }

    /** A step of gradient descent with a constant rate; the output {@link ProgramTask#RESULT} is the loss before it. */
    Graph descent(float rate) {
        return step((graph, gradients) -> {
            var parameters = List.copyOf(graph.parameters().values());
            for (int i = 0; i < parameters.size(); i++) {
                graph.update(parameters.get(i), parameters.get(i).subtract(gradients.get(i).multiply(rate)));
            }
            return graph;
        });
    }

    /** A step of AdamW with clipping. */
    Graph adamW(float rate) {
        return step((graph, gradients) -> {
            var hyper = graph.constant(Shape.of(AdamW.HYPER), ADAM_W.hyper(rate, 100));
            var clip = Optimizers.clipScale(Optimizers.globalNorm(gradients), 1);
            var parameters = List.copyOf(graph.parameters().entrySet());
            for (int i = 0; i < parameters.size(); i++) {
                var name = parameters.get(i).getKey();
                var parameter = parameters.get(i).getValue();
                var m = graph.state(name + ".m", parameter.type(), Initializer.zeros());
                var v = graph.state(name + ".v", parameter.type(), Initializer.zeros());
                var moved = Optimizers.adamW(ADAM_W, parameter, gradients.get(i), m, v, hyper, clip);
                graph.update(parameter, moved.parameter());
                graph.update(m, moved.m());
                graph.update(v, moved.v());
            }
            return graph;
        });
    }

    private Graph step(BiFunction<Graph, List<Tensor>, Graph> update) {
        var graph = new Graph(1);
        var loss = logits(graph).crossEntropy(graph.input("targets", TensorType.i32(tokens()))).mean();
        graph.output(ProgramTask.RESULT, loss);
        return update.apply(graph, Gradients.of(loss, new ArrayList<>(graph.parameters().values())));
    }

    private Tensor logits(Graph graph) {
        var embedding = weight(graph, "embedding", vocabulary, dim);
        var x = embedding.gather(graph.input("tokens", TensorType.i32(tokens())));  // [tokens, dim]
        for (int layer = 0; layer < layers; layer++) {
            var path = "layers." + layer + ".";
            x = x.add(attention(graph, path, norm(graph, path + "norm1", x)));
            var normed = norm(graph, path + "norm2", x);
            x = x.add(experts == 1 ? dense(graph, path, normed) : mixture(graph, path, normed));
        }
        return norm(graph, "norm", x).matmul(embedding, false, true);               // [tokens, vocabulary]
    }

    private Tensor norm(Graph graph, String name, Tensor x) {
        var weight = graph.parameter(name + ".weight", Shape.of(dim), Initializer.ones());
        return style == Style.LLAMA ? x.rmsNorm(weight, EPSILON)
                : x.layerNorm(weight, graph.parameter(name + ".bias", Shape.of(dim), Initializer.zeros()), EPSILON);
    }

    private Tensor attention(Graph graph, String path, Tensor x) {
        var zero = graph.constant(Shape.of(1), 0);
        int size = dim / heads;
        var q = x.matmul(weight(graph, path + "query", dim, dim)).reshape(batch, time, heads, size);
        var k = x.matmul(weight(graph, path + "key", dim, dim)).reshape(batch, time, heads, size);
        var v = x.matmul(weight(graph, path + "value", dim, dim)).reshape(batch, time, heads, size);
        if (style == Style.LLAMA) {
            q = q.rotary(zero, 10_000);
            k = k.rotary(zero, 10_000);
        }
        var mixed = Networks.attention(q, k, v, zero, true, (float) (1 / Math.sqrt(size))).reshape(tokens(), dim);
        return mixed.matmul(weight(graph, path + "out", dim, dim));
    }

    private Tensor dense(Graph graph, String path, Tensor x) {
        var up = x.matmul(weight(graph, path + "up", dim, hidden));
        var inner = style == Style.GPT ? up.gelu() : x.matmul(weight(graph, path + "gate", dim, hidden)).siluMultiply(up);
        return inner.matmul(weight(graph, path + "down", hidden, dim));
    }

    private Tensor mixture(Graph graph, String path, Tensor x) {
        var top = x.matmul(weight(graph, path + "router", dim, experts)).softmax().topK(CHOSEN);
        var weights = top.values().divide(top.values().sum(1).unsqueeze(1));        // [tokens, 2]
        var grouping = top.indices().groupBy(experts);
        var rows = x.dispatch(grouping, CHOSEN);                                    // [tokens · 2, dim]
        var up = rows.groupedMatmul(weight(graph, path + "up", experts, dim, hidden), grouping.offsets());
        var inner = style == Style.GPT ? up.gelu()
                : rows.groupedMatmul(weight(graph, path + "gate", experts, dim, hidden), grouping.offsets()).siluMultiply(up);
        return inner.groupedMatmul(weight(graph, path + "down", experts, hidden, dim), grouping.offsets()).combine(weights, grouping);
    }

    private static Tensor weight(Graph graph, String name, int... dims) {
        return graph.parameter(name, Shape.of(dims), Initializer.normal(0.02f));
    }

    /** Gives a step's program its tokens and targets. */
    void write(Program program) {
        program.write("tokens", randomTokens(1));
        program.write("targets", randomTokens(2));
    }

    /** Tokens drawn at random, the same for everyone. */
    int[] randomTokens(long seed) {
        return new java.util.SplittableRandom(seed).ints(tokens(), 0, vocabulary).toArray();
    }

    /** Shapes of all parameters, by name. */
    Map<String, Tensor> parameters() {
        var graph = new Graph(1);
        logits(graph);
        return graph.parameters();
    }
}
