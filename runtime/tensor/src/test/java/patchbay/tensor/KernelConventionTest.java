package patchbay.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import patchbay.tensor.operations.Attention;
import patchbay.tensor.operations.Buckets;
import patchbay.tensor.operations.Cast;
import patchbay.tensor.operations.ChooseSections;
import patchbay.tensor.operations.CutSentences;
import patchbay.tensor.operations.Dequantize;
import patchbay.tensor.operations.LinearRecurrence;
import patchbay.tensor.operations.Quantize;
import patchbay.tensor.operations.Unfold;
import patchbay.tensor.reference.BoundLaunch;

/**
 * What every kernel promises (see {@link patchbay.kernels.Parallel}): the same bits whatever ranges its rows are computed in and
 * in whatever order, nothing written beyond the tensor in a longer array, nothing expected of the arrays' first content,
 * and where its operation says that it works in place, it does.
 */
class KernelConventionTest {

    private static final int TAIL = 7;

    /** A graph that applies some operations, gradients included. */
    record Subject(String name, Consumer<Graph> build) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Subject> subjects() {
        return Stream.of(
                new Subject("elementwise", graph -> {
                    var x = random(graph, 1, 13, 207);
                    var y = x.square().add(1.5f);
                    differentiate(Layout.concat(0, x.exp(), y.log(), y.sqrt(), y.rsqrt(), x.abs(), x.sign(), y.pow(1.5f), x.sin(), x.cos(),
                            x.clamp(-1, 1), x.tanh(), x.sigmoid(), x.silu(), x.relu(), x.gelu(), x.geluTanh(), x.softplus()), x);
                    x.toInt().toFloat();
                }),
                new Subject("operators", graph -> {
                    var x = random(graph, 1, 3, 13, 7);
                    for (var shape : List.of(Shape.of(3, 13, 7), Shape.of(7), Shape.of(3, 1, 1), Shape.of(1, 13, 1), Shape.of(3, 1, 7), Shape.scalar())) {
                        var y = random(graph, 2, shape.dims());
                        differentiate(x.add(y).multiply(y).subtract(y).divide(y.square().add(1)).maximum(y).minimum(x), x, y);
                        x.less(y);
                        x.lessOrEqual(y);
                        x.equal(y);
                        x.notEqual(y).where(y, x);
                        var i = y.multiply(10).toInt();
                        var j = x.multiply(10).toInt();
                        i.add(j).multiply(j).subtract(i).divide(j).maximum(i).minimum(j).equal(i).where(i, j);
                        i.less(j);
                        i.lessOrEqual(j);
                        i.notEqual(j);
                    }
                }),
                new Subject("layout", graph -> {
                    var x = random(graph, 1, 3, 4, 5, 17);
                    for (var y : List.of(x, x.multiply(10).toInt())) {
                        var z = Layout.concat(1, y, y.slice(1, 1, 3).repeat(0, 1), y.permute(0, 1, 2, 3)).permute(3, 1, 0, 2).pad(1, 1, 2).pad(-1, 1, 0);
                        var parts = z.split(2, 1, 2);
                        var w = Layout.concat(0, parts.get(0).repeat(2, 2), parts.get(1));
                        w.slice(0, 1, 2).broadcastTo(w.shape());
                    }
                    differentiate(x.permute(2, 3, 0, 1).slice(1, 2, 9).repeat(0, 2).pad(1, 2, 1), x);
                }),
                new Subject("reductions", graph -> {
                    for (var shape : List.of(Shape.of(2, 600, 19), Shape.of(5, 4098))) {
                        var x = random(graph, 1, shape.dims());
                        differentiate(x.sum(1).sum().add(x.mean(0).square().sum()).add(x.max(1).sum()).add(x.min(0).sum()).add(x.norm())
                                .add(x.cumulativeSum(1).cumulativeSum(0, true).square().mean()), x);
                    }
                    var increments = random(graph, 1, 3, 13, 5, 7);
                    var decays = random(graph, 2, 3, 13, 5);
                    var first = random(graph, 3, 3, 5, 7);
                    var states = graph.apply(new LinearRecurrence(), List.of(increments, decays, first));
                    differentiate(states.get(0).sum(1).add(states.get(1)), increments, decays, first);
                }),
                new Subject("bytes", graph -> {
                    var start = graph.constant(Shape.of(1), 13);
                    var cache = graph.apply(new Quantize(), List.of(random(graph, 1, 2, 41, 2, 19)));
                    var fresh = graph.apply(new Quantize(), List.of(random(graph, 2, 2, 3, 2, 19)));
                    var codes = cache.get(0).writeRows(fresh.get(0), start);
                    var scales = cache.get(1).writeRows(fresh.get(1), start);
                    var rows = graph.apply(new Dequantize(), codes, scales);
                    for (int window : new int[] {Attention.ALL, 7, Attention.PAST}) {
                        var how = new Attention(window, 0.2f, window == 7 ? 2 : 0);
                        var bias = random(graph, 3, 4, window == Attention.ALL ? 81 : 41);
                        Networks.attend(how, random(graph, 4, 2, 3, 4, 19), rows, rows, start, Optional.of(bias));
                        Networks.attend(how, random(graph, 4, 2, 3, 4, 19), rows, rows, start);
                    }
                }),
                new Subject("indexing", graph -> {
                    var x = random(graph, 1, 207, 13);
                    var indices = graph.constant(Shape.of(41, 25), Evaluation.randomInts(41 * 25, -1, 207, 3));
                    differentiate(x.gather(indices).square(), x);
                    indices.flatten().gather(indices.maximum(graph.constant(Shape.scalar(), 0)));
                    indices.oneHot(13);
                    indices.groupBy(13);
                    differentiate(x.topK(3).values(), x);
                    differentiate(x.sort(true).values(), x);
                    differentiate(x.reshape(3, 69, 13).writeRows(random(graph, 2, 3, 4, 13), graph.constant(Shape.of(1), 66)), x);
                    x.reshape(3, 69, 13).readRows(graph.constant(Shape.of(1), 66), 4);
                }),
                new Subject("windows", graph -> {
                    var x = random(graph, 1, 2, 13, 11, 3);
                    for (var window : List.of(Unfold.Axis.tiled(2), Unfold.Axis.around(3, 2), Unfold.Axis.causal(3, 2))) {
                        differentiate(x.square().unfold(window, Unfold.Axis.around(5, 1)).square().unfold(Unfold.Axis.point(), window), x);
                    }
                }),
                new Subject("products", graph -> {
                    var a = random(graph, 1, 3, 41, 13);
                    var b = random(graph, 2, 3, 13, 17);
                    var c = random(graph, 3, 13, 7);
                    differentiate(a.matmul(b), a, b);
                    differentiate(a.matmul(c), a, c);
                    differentiate(a.matmul(b.transpose(1, 2), false, true), a, b);
                    var rows = random(graph, 4, 100, 13);
                    var offsets = graph.constant(Shape.of(5), 0, 41, 41, 80, 93);
                    var weights = random(graph, 5, 4, 13, 7);
                    differentiate(rows.groupedMatmul(weights, offsets), rows, weights);
                    var few = random(graph, 6, 3, 13);
                    var pair = graph.constant(Shape.of(5), 0, 1, 1, 2, 2);
                    differentiate(few.matmul(c).matmul(c, false, true), few, c);
                    few.transpose(0, 1).matmul(c, true, false).matmul(c, false, true);
                    differentiate(few.groupedMatmul(weights, pair), few, weights);
                }),
                new Subject("halves", graph -> {
                    var rows = random(graph, 1, 41, 13);
                    var few = random(graph, 2, 3, 13);
                    var offsets = graph.constant(Shape.of(5), 0, 1, 1, 2, 2);
                    for (var format : List.of(DType.F16, DType.BF16)) {
                        var matrix = graph.apply(new Cast(format), random(graph, 3, 13, 7));
                        var weights = graph.apply(new Cast(format), random(graph, 4, 4, 13, 7));
                        differentiate(rows.matmul(matrix).add(rows.groupedMatmul(weights, offsets)), rows, matrix, weights);
                        differentiate(few.matmul(matrix).add(few.groupedMatmul(weights, offsets)), few, matrix, weights);
                        matrix.gather(graph.constant(Shape.of(3), 12, -1, 0)).add(matrix.toFloat().gather(graph.constant(Shape.of(3), 1, 2, 3)));
                    }
                }),
                new Subject("networks", graph -> {
                    var x = random(graph, 1, 5, 41, 16);
                    var weight = random(graph, 2, 16);
                    var step = graph.constant(Shape.of(1), 3);
                    var targets = graph.constant(Shape.of(5, 41), Evaluation.randomInts(5 * 41, -1, 16, 3));
                    differentiate(x.softmax().add(x.logSoftmax()).add(x.rmsNorm(weight, 1e-5f)).add(x.layerNorm(weight, weight, 1e-5f))
                            .add(x.siluMultiply(x.exp())).dropout(0.3f, step, 1), x, weight);
                    differentiate(x.crossEntropy(targets), x);
                    var q = x.reshape(5, 41, 4, 4).rotary(step, 10_000);
                    var k = x.slice(2, 0, 8).reshape(5, 41, 2, 4);
                    differentiate(Networks.attention(q, k, k.silu(), graph.constant(Shape.of(1), 0), true, 0.5f), x);
                    Networks.normalNoise(step, 1, x.shape());
                    Networks.uniformNoise(step, 1, x.shape());
                }),
                new Subject("runs", graph -> {
                    var x = random(graph, 1, 2, 41, 4, 6);
                    var y = random(graph, 2, 2, 41, 2, 6);
                    var bias = random(graph, 3, 4, 3);
                    var buckets = graph.apply(new Buckets(), x.reshape(2, 41, 4, 3, 1, 2));
                    differentiate(Runs.ofBuckets(buckets, graph.constant(Shape.of(1), 0), 41, 4, 5).attend(x, y, y.silu(), 0.5f, Optional.of(bias)).output(),
                            x, y, bias);
                    Runs.ofBuckets(buckets, graph.constant(Shape.of(1), 20), 7, 4, 5).attend(x.slice(1, 0, 7), y, y, 0.5f, Optional.empty());
                    var ends = graph.constant(Shape.of(2, 41), Evaluation.randomInts(2 * 41, 0, 2, 3));
                    var sentences = graph.apply(new CutSentences(41, 24, 2, 5), List.of(ends, graph.constant(Shape.of(1), 0)));
                    graph.apply(new CutSentences(4, 24, 2, 5), List.of(ends, graph.constant(Shape.of(1), 30)));
                    graph.apply(new ChooseSections(3, 1, 2), List.of(x, y.slice(1, 0, 8), sentences.get(1)));
                }));
    }

    private static Tensor random(Graph graph, int seed, int... dims) {
        var shape = Shape.of(dims);
        return graph.constant(shape, Evaluation.random(shape.size(), seed));
    }

    private static void differentiate(Tensor y, Tensor... variables) {
        Gradients.of(List.of(y), List.of(random(y.graph(), 9, y.shape().dims())), List.of(variables));
    }

    /** Ranges of rows, from the last to the first. */
    private static void backwards(BoundLaunch launch, int chunk) {
        int rows = launch.launch().rows();
        for (int first = (rows - 1) / chunk * chunk; first >= 0; first -= chunk) {
            launch.run(first, Math.min(chunk, rows - first));
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void rangesAndFirstContentMakeNoDifference(Subject subject) {
        var graph = new Graph();
        subject.build.accept(graph);
        var whole = new HashMap<Tensor, Object>();
        var single = new HashMap<Tensor, Object>();
        var chunks = new HashMap<Tensor, Object>();
        for (var node : graph.nodes()) {
            compute(node, whole, launch -> launch.run(0, launch.launch().rows()), Float.NaN);
            compute(node, single, launch -> backwards(launch, 1), 3);
            compute(node, chunks, launch -> backwards(launch, 37), -1);
            for (var output : node.outputs()) {
                assertSame(node, output, whole, single);
                assertSame(node, output, whole, chunks);
            }
        }
        assertTrue(graph.nodes().size() > 10);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void inPlaceWorksInPlace(Subject subject) {
        var graph = new Graph();
        subject.build.accept(graph);
        var arrays = new HashMap<Tensor, Object>();
        for (var node : graph.nodes()) {
            compute(node, arrays, launch -> launch.run(0, launch.launch().rows()), 0);
            for (int output = 0; output < node.outputs().size(); output++) {
                for (int input = 0; input < node.inputs().size() && !node.operation().isView(); input++) {
                    if (node.operation().inPlace(output, input) && node.output(output).equals(node.input(input))) {
                        var shared = new HashMap<>(arrays);
                        var array = copy(arrays.get(node.inputs().get(input)));
                        shared.put(node.inputs().get(input), array);
                        shared.put(node.outputs().get(output), array);
                        launches(node, shared, launch -> backwards(launch, 37), 0);
                        assertSame(node, node.outputs().get(output), arrays, shared);
                    }
                }
            }
        }
    }

    private static void compute(Node node, Map<Tensor, Object> arrays, Consumer<BoundLaunch> run, float content) {
        for (var input : node.inputs()) {
            if (input.origin() instanceof Origin.Constant(Object array)) {
                arrays.put(input, array);
            }
        }
        if (node.operation().isView()) {
            arrays.put(node.outputs().getFirst(), arrays.get(node.inputs().getFirst()));
            return;
        }
        node.outputs().forEach(output -> arrays.put(output, filled(output.type(), content)));
        launches(node, arrays, run, content);
        for (var output : node.outputs()) {
            var fresh = filled(output.type(), content);
            for (int i = output.size(); i < output.size() + TAIL; i++) {
                assertEquals(Array.get(fresh, i), Array.get(arrays.get(output), i), node + " wrote beyond output " + output);
            }
        }
    }

    private static void launches(Node node, Map<Tensor, Object> arrays, Consumer<BoundLaunch> run, float content) {
        var inputs = node.inputs().stream().map(arrays::get).toList();
        var outputs = node.outputs().stream().map(arrays::get).toList();
        var scratch = new ArrayList<Object>();
        node.operation().scratch(node).forEach(type -> scratch.add(filled(type, content)));
        for (var launch : node.operation().launches(node)) {
            run.accept(BoundLaunch.of(node, launch, launch.kernel().method(), inputs, outputs, scratch));
        }
    }

    private static Object filled(TensorType type, float content) {
        var array = type.dtype().array(type.size() + TAIL);
        switch (array) {
            case float[] floats -> Arrays.fill(floats, content);
            case short[] shorts -> Arrays.fill(shorts, (short) content);
            case byte[] bytes -> Arrays.fill(bytes, (byte) content);
            default -> Arrays.fill((int[]) array, Float.isNaN(content) ? 1 << 30 : (int) content);
        }
        return array;
    }

    private static Object copy(Object array) {
        return switch (array) {
            case float[] floats -> floats.clone();
            case byte[] bytes -> bytes.clone();
            default -> ((int[]) array).clone();
        };
    }

    private static void assertSame(Node node, Tensor output, Map<Tensor, Object> expected, Map<Tensor, Object> actual) {
        for (int i = 0; i < output.size(); i++) {
            assertEquals(Array.get(expected.get(output), i), Array.get(actual.get(output), i), node + ", element " + i + " of " + output);
        }
    }
}
