package patchbay.engine.tornado;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import patchbay.tensor.Gradients;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Networks;
import patchbay.tensor.Optimizers;
import patchbay.tensor.Runs;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.operations.AdamW;
import patchbay.tensor.operations.Attention;
import patchbay.tensor.operations.Buckets;
import patchbay.tensor.operations.ChooseSections;
import patchbay.tensor.operations.CutSentences;
import patchbay.tensor.operations.Dequantize;
import patchbay.tensor.operations.LinearRecurrence;
import patchbay.tensor.operations.Quantize;
import patchbay.tensor.operations.RangedAttention;
import patchbay.tensor.operations.SelectBlocks;
import patchbay.tensor.operations.Unfold;

/**
 * A graph for every operation, of a size n: what it yields, from the inputs a, b, c {@code [n, 6]} and w {@code [6, 5]}; with
 * its gradients by all of them where they are asked for.
 */
final class Cases {

    static final int WIDTH = 6;

    /** What a case is built of. */
    record Operands(Graph graph, int n, Tensor a, Tensor b, Tensor c, Tensor w, Tensor choices, Tensor step) {}

    private interface Build extends BiFunction<Operands, Integer, Tensor> {}

    private static final Map<String, Build> FLOATS = new LinkedHashMap<>();
    private static final Map<String, Build> INTS = new LinkedHashMap<>();

    private Cases() {}

    private static void unary(String name, UnaryOperator<Tensor> operation) {
        FLOATS.put(name, (on, n) -> operation.apply(on.a));
    }

    private static void positive(String name, UnaryOperator<Tensor> operation) {
        FLOATS.put(name, (on, n) -> operation.apply(on.a.square().add(0.25f)));
    }

    static {
        FLOATS.put("add", (on, n) -> on.a.add(on.b));
        FLOATS.put("subtract", (on, n) -> on.a.subtract(on.b));
        FLOATS.put("multiply", (on, n) -> on.a.multiply(on.b));
        FLOATS.put("divide", (on, n) -> on.a.divide(on.b.square().add(1)));
        FLOATS.put("maximum", (on, n) -> on.a.maximum(on.b));
        FLOATS.put("minimum", (on, n) -> on.a.minimum(on.b));
        FLOATS.put("add a row", (on, n) -> on.a.add(on.b.slice(0, 0, 1)));
        FLOATS.put("multiply by a column", (on, n) -> on.a.multiply(on.b.slice(1, 0, 1)));
        FLOATS.put("subtract a scalar", (on, n) -> on.a.subtract(on.b.mean()));
        unary("affine", x -> x.multiply(3).add(1));
        unary("exp", Tensor::exp);
        positive("log", Tensor::log);
        positive("sqrt", Tensor::sqrt);
        positive("rsqrt", Tensor::rsqrt);
        unary("square", Tensor::square);
        unary("abs", Tensor::abs);
        unary("sign", Tensor::sign);
        unary("sin", Tensor::sin);
        unary("cos", Tensor::cos);
        positive("pow", x -> x.pow(1.7f));
        unary("clamp", x -> x.clamp(-0.5f, 0.5f));
        unary("tanh", Tensor::tanh);
        unary("sigmoid", Tensor::sigmoid);
        unary("silu", Tensor::silu);
        unary("relu", Tensor::relu);
        unary("gelu", Tensor::gelu);
        unary("gelu-tanh", Tensor::geluTanh);
        unary("softplus", Tensor::softplus);
        FLOATS.put("less", (on, n) -> on.a.less(on.b));
        FLOATS.put("less-or-equal", (on, n) -> on.a.lessOrEqual(on.b));
        FLOATS.put("equal", (on, n) -> on.a.equal(on.a));
        FLOATS.put("not-equal", (on, n) -> on.a.notEqual(on.b));
        FLOATS.put("where", (on, n) -> on.a.less(on.b).where(on.b, on.c));
        unary("to f16", x -> x.toF16().toFloat());
        unary("to bf16", x -> x.toBf16().toFloat());
        FLOATS.put("matmul with f16", (on, n) -> on.a.matmul(on.w.toF16()));
        FLOATS.put("gather of bf16", (on, n) -> on.a.toBf16().gather(on.choices));
        unary("transpose", x -> x.transpose(0, 1));
        unary("slice", x -> x.slice(1, 2, 5));
        unary("concat", x -> Layout.concat(1, x.slice(1, 0, 2), x));
        FLOATS.put("broadcast", (on, n) -> on.a.slice(0, 0, 1).broadcastTo(Shape.of(n, WIDTH)));
        unary("repeat", x -> x.repeat(1, 3));
        unary("pad", x -> x.pad(1, 2, 1));
        unary("sum", x -> x.sum());
        unary("sum of rows", x -> x.sum(1));
        unary("sum of columns", x -> x.sum(0));
        unary("variance", x -> x.variance(1));
        unary("max", x -> x.max(1));
        unary("min", x -> x.min(0));
        unary("cumulative sum", x -> x.cumulativeSum(0));
        unary("exclusive cumulative sum", x -> x.cumulativeSum(1, true));
        FLOATS.put("linear recurrence", (on, n) ->
                on.graph.apply(new LinearRecurrence(), List.of(on.a.reshape(1, n, 2, 3), on.b.sigmoid().slice(1, 0, 2).reshape(1, n, 2),
                        on.c.slice(0, 0, 1).reshape(1, 2, 3))).getFirst());
        FLOATS.put("matmul", (on, n) -> on.a.matmul(on.w));
        FLOATS.put("matmul of a few rows", (on, n) -> on.a.transpose(0, 1).matmul(on.b));
        FLOATS.put("batched matmul", (on, n) -> on.a.reshape(n, 2, 3).matmul(on.b.reshape(n, 3, 2)));
        FLOATS.put("grouped matmul", (on, n) -> on.a.groupedMatmul(on.w.reshape(1, WIDTH, 5).repeat(0, 3), grouping(on, n).offsets()));
        unary("unfold", x -> x.reshape(1, x.dim(0), 3, 2).unfold(new Unfold.Axis(3, 2, 2, 0, 1), new Unfold.Axis(2, 1, 1, 1, 2)));
        FLOATS.put("gather", (on, n) -> on.a.gather(on.choices));
        FLOATS.put("gather-last", (on, n) -> on.a.gatherLast(on.choices.reshape(n, 1)));
        FLOATS.put("scatter-last", (on, n) -> on.a.slice(1, 0, 1).scatterLast(on.choices.reshape(n, 1), 4));
        FLOATS.put("scatter-add", (on, n) -> on.a.scatterAdd(on.choices, 4));
        FLOATS.put("one-hot", (on, n) -> on.choices.oneHot(4));
        unary("top-k", x -> x.topK(2).values());
        unary("sort", x -> x.sort().values());
        FLOATS.put("dispatch and combine", (on, n) -> {
            var grouping = grouping(on, n);
            return on.a.dispatch(grouping, 1).silu().combine(on.b.slice(1, 0, 1), grouping);
        });
        FLOATS.put("counts of groups", (on, n) -> grouping(on, n).counts());
        FLOATS.put("write rows", (on, n) -> on.a.reshape(1, n, WIDTH).writeRows(on.b.slice(0, 0, 1).reshape(1, 1, WIDTH), on.step));
        FLOATS.put("read rows", (on, n) -> on.a.reshape(1, n, WIDTH).readRows(on.step, 2));
        unary("softmax", Tensor::softmax);
        unary("log-softmax", Tensor::logSoftmax);
        FLOATS.put("cross-entropy", (on, n) -> on.a.crossEntropy(on.choices));
        FLOATS.put("rms-norm", (on, n) -> on.a.rmsNorm(on.b.slice(0, 0, 1).reshape(WIDTH), 1e-5f));
        FLOATS.put("layer-norm", (on, n) -> on.a.layerNorm(on.b.slice(0, 0, 1).reshape(WIDTH), on.c.slice(0, 0, 1).reshape(WIDTH), 1e-5f));
        unary("max of long rows", x -> x.transpose(0, 1).max(1));
        unary("softmax of long rows", x -> x.transpose(0, 1).softmax());
        unary("log-softmax of long rows", x -> x.transpose(0, 1).logSoftmax());
        FLOATS.put("cross-entropy of long rows", (on, n) -> on.a.transpose(0, 1).crossEntropy(on.graph.constant(Shape.of(WIDTH), 0, n / 2, -1, n - 1, n / 3, 0)));
        FLOATS.put("rms-norm of long rows", (on, n) -> on.a.transpose(0, 1).rmsNorm(column(on.b), 1e-5f));
        FLOATS.put("layer-norm of long rows", (on, n) -> on.a.transpose(0, 1).layerNorm(column(on.b), column(on.c), 1e-5f));
        FLOATS.put("quantized rows", (on, n) -> {
            var cache = on.graph.apply(new Quantize(), List.of(on.a.reshape(1, n, WIDTH)));
            var fresh = on.graph.apply(new Quantize(), List.of(on.b.slice(0, 0, 1).reshape(1, 1, WIDTH)));
            return on.graph.apply(new Dequantize(), cache.get(0).writeRows(fresh.get(0), on.step), cache.get(1));
        });
        FLOATS.put("quantized attention", (on, n) -> {
            var kept = on.graph.apply(new Quantize(), List.of(on.b.reshape(1, n, 2, 3)));
            var rows = on.graph.apply(new Dequantize(), kept).getFirst();
            return Networks.attend(new Attention(Attention.PAST, 0.5f), on.a.slice(0, 0, 1).reshape(1, 1, 2, 3), rows, rows, on.step).output().stopGradient();
        });
        FLOATS.put("rotary", (on, n) -> on.a.reshape(1, n, 1, WIDTH).rotary(on.step, 10_000));
        FLOATS.put("dropout", (on, n) -> on.a.dropout(0.3f, on.step, 7));
        FLOATS.put("uniform noise", (on, n) -> Networks.uniformNoise(on.step, 3, Shape.of(n, 5)));
        FLOATS.put("normal noise", (on, n) -> Networks.normalNoise(on.step, 3, Shape.of(n, 5)));
        FLOATS.put("silu-multiply", (on, n) -> on.a.siluMultiply(on.b));
        FLOATS.put("attention", (on, n) -> attention(on, Math.min(n, 207), false));
        FLOATS.put("causal attention", (on, n) -> attention(on, Math.min(n, 207), true));
        FLOATS.put("biased attention", (on, n) -> biased(on, Math.min(n, 207)));
        FLOATS.put("ranged attention", (on, n) -> ranged(on, Math.min(n, 207), true));
        FLOATS.put("ranged attention without a bias", (on, n) -> ranged(on, Math.min(n, 207), false));
        FLOATS.put("decoding", (on, n) -> Networks.attention(on.a.slice(0, 0, 1).reshape(1, 1, 2, 3), on.b.reshape(1, n, 2, 3), on.c.reshape(1, n, 2, 3),
                on.graph.constant(Shape.of(1), n * 2 / 3), true, 0.5f)); // a cache with room to spare
        FLOATS.put("attention to runs", (on, n) -> runs(on, Math.min(n, 207), true));
        FLOATS.put("attention to runs without a bias", (on, n) -> runs(on, Math.min(n, 207), false));
        FLOATS.put("global norm", (on, n) -> Optimizers.globalNorm(List.of(on.a, on.b)));
        FLOATS.put("clip scale", (on, n) -> Optimizers.clipScale(Optimizers.globalNorm(List.of(on.a)), 0.5f));
        FLOATS.put("adamw", (on, n) -> {
            var settings = new AdamW(0.9f, 0.99f, 1e-8f, 0.1f);
            var moved = Optimizers.adamW(settings, on.a, on.b, on.c, on.c.square(), on.graph.constant(Shape.of(3), settings.hyper(1e-3f, 3)),
                    on.graph.constant(Shape.of(1), 0.5f));
            return moved.parameter().add(moved.m()).add(moved.v());
        });
        INTS.put("argmax", (on, n) -> on.a.argmax(1));
        INTS.put("top-k indices", (on, n) -> on.a.topK(3).indices());
        INTS.put("argsort", (on, n) -> on.a.argsort(true));
        INTS.put("selected blocks", (on, n) -> blocks(on, Math.min(n, 207)));
        INTS.put("argsort of long rows", (on, n) -> on.a.transpose(0, 1).argsort(false));
        INTS.put("order of groups", (on, n) -> grouping(on, n).order());
        INTS.put("buckets", (on, n) -> buckets(on, n));
        INTS.put("sentences", (on, n) -> sentences(on, n).getFirst());
        INTS.put("sections", (on, n) -> on.graph.apply(new ChooseSections(2, 1, 2), List.of(on.a.reshape(1, n, 2, 3), on.b.reshape(1, n, 2, 3),
                sentences(on, n).get(1))).getFirst());
        INTS.put("to int", (on, n) -> on.a.multiply(2e9f).toInt()); // many beyond the range
    }

    private static Tensor column(Tensor x) {
        return x.slice(1, 0, 1).reshape(x.shape().dim(0));
    }

    private static patchbay.tensor.Indexing.Grouping grouping(Operands on, int n) {
        return on.choices.reshape(n, 1).groupBy(3); // choice 3 is of no group
    }

    private static Tensor attention(Operands on, int time, boolean causal) {
        var q = on.a.slice(0, 0, time).reshape(1, time, 2, 3);
        return Networks.attention(q, on.b.slice(0, 0, time).reshape(1, time, 2, 3), on.c.slice(0, 0, time).reshape(1, time, 2, 3),
                on.graph.constant(Shape.of(1), 0), causal, 0.5f);
    }

    private static Tensor biased(Operands on, int time) {
        var q = on.a.slice(0, 0, time).reshape(1, time, 2, 3);
        var bias = on.graph.filled(Shape.of(2, time), 0.1f).add(on.b.slice(0, 0, time).sum(1).reshape(1, time)); // by distance
        var both = Networks.attend(new Attention(50, 0.5f, 2), q, on.b.slice(0, 0, time).reshape(1, time, 2, 3), on.c.slice(0, 0, time).reshape(1, time, 2, 3),
                on.graph.constant(Shape.of(1), 0), Optional.of(bias));
        return both.output().multiply(both.normalizer().permute(0, 2, 1).reshape(1, time, 2, 1));
    }

    /** Each query sees the first key and its own with the three before. */
    private static Tensor ranged(Operands on, int time, boolean biased) {
        var ranges = new int[time * 4];
        for (int t = 0; t < time; t++) {
            ranges[4 * t + 1] = t > 3 ? 1 : 0;
            ranges[4 * t + 2] = Math.max(0, t - 3);
            ranges[4 * t + 3] = t + 1;
        }
        var bias = on.graph.filled(Shape.of(2, time), 0.1f).add(on.b.slice(0, 0, time).sum(1).reshape(1, time));
        var both = Networks.attend(new RangedAttention(0.5f), on.a.slice(0, 0, time).reshape(1, time, 2, 3),
                on.b.slice(0, 0, time).reshape(1, time, 2, 3), on.c.slice(0, 0, time).reshape(1, time, 2, 3),
                on.graph.constant(Shape.of(1, time, 1, 2, 2), ranges), on.graph.constant(Shape.of(1), 0), Optional.of(bias).filter(_ -> biased));
        return both.output().multiply(both.normalizer().permute(0, 2, 1).reshape(1, time, 2, 1));
    }

    /** Four of blocks of two tokens, through two levels. */
    private static Tensor blocks(Operands on, int time) {
        var keys = Layout.concat(0, on.b.slice(0, 0, time), on.c.slice(0, 0, time)).reshape(1, 2 * time, 2, 3);
        return on.graph.apply(new SelectBlocks(2, 2, 1, 1, 4, 0.5f), List.of(on.a.slice(0, 0, time).reshape(1, time, 2, 3), keys,
                on.graph.filled(Shape.of(1, 2, time), 0), on.graph.constant(Shape.of(1), 0), on.graph.constant(Shape.of(2), 0, time))).getFirst();
    }

    private static List<Tensor> sentences(Operands on, int n) {
        return on.graph.apply(new CutSentences(n, n / 2 + 1, 2, 5), List.of(on.choices.reshape(1, n), on.graph.constant(Shape.of(1), 0)));
    }

    /** Two heads with two hashes each: [1, n, 2, 2]. */
    private static Tensor buckets(Operands on, int n) {
        return on.graph.apply(new Buckets(), on.a.matmul(on.b.slice(0, 0, 1).reshape(WIDTH, 1)).add(on.c.slice(1, 0, 4)).reshape(1, n, 2, 2, 1, 1));
    }

    private static Tensor runs(Operands on, int time, boolean biased) {
        var bias = on.c.slice(0, 0, 1).reshape(2, 3);
        return Runs.ofBuckets(buckets(on, on.n).slice(1, 0, time), on.graph.constant(Shape.of(1), 0), time, 2, 30).attend(
                on.a.slice(0, 0, time).reshape(1, time, 2, 3), on.b.slice(0, 0, time).reshape(1, time, 2, 3), on.c.slice(0, 0, time).reshape(1, time, 2, 3),
                0.5f, Optional.of(bias).filter(_ -> biased)).output();
    }

    static List<String> names() {
        return java.util.stream.Stream.concat(FLOATS.keySet().stream(), INTS.keySet().stream()).toList();
    }

    /** Case {@code name}: output y and, if it has gradients, dy by each operand. */
    static Graph graph(String name, int n) {
        var graph = new Graph(3);
        var on = new Operands(graph, n, operand(graph, "a", n, WIDTH), operand(graph, "b", n, WIDTH), operand(graph, "c", n, WIDTH),
                operand(graph, "w", WIDTH, 5), graph.input("choices", TensorType.i32(n)), graph.input("step", TensorType.i32(1)));
        if (INTS.containsKey(name)) {
            graph.output("y", INTS.get(name).apply(on, n));
            return graph;
        }
        var y = FLOATS.get(name).apply(on, n);
        graph.output("y", y);
        var weighed = y.multiply(y.graph().parameter("weights", y.shape(), Initializer.normal(1))).sum();
        var operands = List.of(on.a, on.b, on.c, on.w);
        var gradients = gradients(weighed, operands);
        for (int i = 0; i < gradients.size(); i++) {
            graph.output("d" + i, gradients.get(i));
        }
        return graph;
    }

    private static List<Tensor> gradients(Tensor loss, List<Tensor> operands) {
        return Gradients.of(loss, operands);
    }

    private static Tensor operand(Graph graph, String name, int... dims) {
        return graph.parameter(name, Shape.of(dims), Initializer.normal(1));
    }
}
