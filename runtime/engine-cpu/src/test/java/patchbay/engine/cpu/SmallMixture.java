package patchbay.engine.cpu;

import java.util.ArrayList;
import patchbay.tensor.Gradients;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Networks;
import patchbay.tensor.Optimizers;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.operations.AdamW;

/**
 * The training step of a decoder-only transformer: attention and SwiGLU experts of which each token takes two (dense if
 * there is one expert), cross-entropy, AdamW.
 */
record SmallMixture(int batch, int time, int vocabulary, int dim, int heads, int layers, int experts, int hidden, float dropout) {

    static final AdamW ADAMW = new AdamW(0.9f, 0.99f, 1e-8f, 0.1f);

    Graph step(long seed) {
        var graph = new Graph(seed);
        int rows = batch * time;
        var tokens = graph.input("tokens", TensorType.i32(batch, time));
        var targets = graph.input("targets", TensorType.i32(rows));
        var hyper = graph.input("hyper", TensorType.f32(3));
        var count = graph.input("step", TensorType.i32(1));
        var zero = graph.constant(Shape.of(1), 0);

        var embedding = weight(graph, "embedding", vocabulary, dim);
        var x = embedding.gather(tokens).reshape(rows, dim);
        for (int layer = 0; layer < layers; layer++) {
            var path = "layers." + layer + ".";
            var normed = x.rmsNorm(graph.parameter(path + "norm1", Shape.of(dim), Initializer.ones()), 1e-5f);
            int d = dim / heads;
            var q = normed.matmul(weight(graph, path + "query", dim, dim)).reshape(batch, time, heads, d).rotary(zero, 10_000);
            var k = normed.matmul(weight(graph, path + "key", dim, dim)).reshape(batch, time, heads, d).rotary(zero, 10_000);
            var v = normed.matmul(weight(graph, path + "value", dim, dim)).reshape(batch, time, heads, d);
            var mixed = Networks.attention(q, k, v, zero, true, (float) (1 / Math.sqrt(d))).reshape(rows, dim);
            x = x.add(drop(mixed.matmul(weight(graph, path + "out", dim, dim)), count, 2 * layer));
            normed = x.rmsNorm(graph.parameter(path + "norm2", Shape.of(dim), Initializer.ones()), 1e-5f);
            x = x.add(drop(experts == 1 ? dense(graph, path, normed) : mixture(graph, path, normed), count, 2 * layer + 1));
        }
        var logits = x.rmsNorm(graph.parameter("norm", Shape.of(dim), Initializer.ones()), 1e-5f).matmul(embedding, false, true);
        var loss = logits.crossEntropy(targets).mean();
        graph.output("loss", loss);

        var parameters = new ArrayList<>(graph.parameters().entrySet());
        var gradients = Gradients.of(loss, parameters.stream().map(java.util.Map.Entry::getValue).toList());
        var norm = Optimizers.globalNorm(gradients);
        graph.output("norm", norm);
        var clip = Optimizers.clipScale(norm, 1);
        for (int i = 0; i < parameters.size(); i++) {
            var parameter = parameters.get(i).getValue();
            var m = graph.state(parameters.get(i).getKey() + ".m", parameter.type(), Initializer.zeros());
            var v = graph.state(parameters.get(i).getKey() + ".v", parameter.type(), Initializer.zeros());
            var moved = Optimizers.adamW(ADAMW, parameter, gradients.get(i), m, v, hyper, clip);
            graph.update(parameter, moved.parameter());
            graph.update(m, moved.m());
            graph.update(v, moved.v());
        }
        return graph;
    }

    private Tensor drop(Tensor x, Tensor step, int salt) {
        return dropout > 0 ? x.dropout(dropout, step, salt) : x;
    }

    private static Tensor weight(Graph graph, String name, int... dims) {
        return graph.parameter(name, Shape.of(dims), Initializer.normal(0.02f));
    }

    private Tensor dense(Graph graph, String path, Tensor x) {
        var gate = x.matmul(weight(graph, path + "gate", dim, hidden));
        var up = x.matmul(weight(graph, path + "up", dim, hidden));
        return gate.siluMultiply(up).matmul(weight(graph, path + "down", hidden, dim));
    }

    private Tensor mixture(Graph graph, String path, Tensor x) {
        var scores = x.matmul(weight(graph, path + "router", dim, experts)).softmax();
        var top = scores.topK(2);
        var weights = top.values().divide(top.values().sum(1).unsqueeze(1));
        var grouping = top.indices().groupBy(experts);
        var rows = x.dispatch(grouping, 2);
        var gate = rows.groupedMatmul(weight(graph, path + "gate", experts, dim, hidden), grouping.offsets());
        var up = rows.groupedMatmul(weight(graph, path + "up", experts, dim, hidden), grouping.offsets());
        var down = gate.siluMultiply(up).groupedMatmul(weight(graph, path + "down", experts, hidden, dim), grouping.offsets());
        return down.combine(weights, grouping);
    }
}
