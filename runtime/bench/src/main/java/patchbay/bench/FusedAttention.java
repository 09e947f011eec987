package patchbay.bench;

import static patchbay.bench.Contender.OURS;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import patchbay.engine.cpu.CpuEngine;
import patchbay.tensor.Gradients;
import patchbay.tensor.Graph;
import patchbay.tensor.Networks;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/** {@code attention}: the fused causal attention, forward and with its gradients, beside its plain kernels. */
final class FusedAttention {

    /** Above this the plain kernels take seconds. */
    private static final int PLAIN = 1024;

    /** What memory is told of. */
    private static final int LONG = 4096;
    private static final int WINDOW = 512;
    private static final int HEADS = 4;
    private static final int SIZE = 64;

    private FusedAttention() {}

    static Benchmark benchmark() {
        var lines = new ArrayList<Line>();
        for (boolean backward : new boolean[] {false, true}) {
            lines.add(line(12, 64, 4, 4, 32, backward));
            lines.add(line(4, 256, 4, 4, 64, backward));
            lines.add(line(1, 1024, 4, 4, 64, backward));
            lines.add(line(1, 1024, 8, 2, 64, backward));
            lines.add(line(1, 4096, 4, 4, 64, backward));
            lines.add(windowed(1, 4096, 4, 4, 64, backward));
        }
        var footprints = new ArrayList<Footprint>();
        for (boolean backward : new boolean[] {false, true}) {
            footprints.add(footprint("whole", 4, backward, attention(false)));
            footprints.add(footprint("causal", 4, backward, attention(true)));
            footprints.add(footprint("causal, 4 heads share a key head", 1, backward, attention(true)));
            footprints.add(footprint("the last " + WINDOW, 4, backward, FusedAttention::windowed));
        }
        return new Benchmark("attention", "Causal attention (batch × time, heads / key heads × size)", "greater is better", lines, footprints);
    }

    /** Of 4 heads of 64 over 4,096 tokens, beside softmax(QKᵀ/√d)V in three steps, which is even spared its mask. */
    private static Footprint footprint(String kind, int groups, boolean backward, Form form) {
        var name = (backward ? "forward and backward " : "forward ") + LONG + " tokens, " + kind;
        return new Footprint(name, () -> graph(groups, backward, form), () -> graph(groups, backward, FusedAttention::inSteps));
    }

    private static Form attention(boolean causal) {
        return (q, k, v) -> Networks.attention(q, k, v, q.graph().constant(Shape.of(1), 0), causal, (float) (1 / Math.sqrt(q.dim(3))));
    }

    private static Tensor windowed(Tensor q, Tensor k, Tensor v) {
        return Networks.windowedAttention(q, k, v, q.graph().constant(Shape.of(1), 0), WINDOW, (float) (1 / Math.sqrt(q.dim(3))));
    }

    private interface Form {
        Tensor of(Tensor q, Tensor k, Tensor v);
    }

    private static Graph graph(int groups, boolean backward, Form form) {
        var graph = new Graph();
        var q = graph.input("q", TensorType.f32(1, LONG, HEADS, SIZE));
        var k = graph.input("k", TensorType.f32(1, LONG, groups, SIZE));
        var v = graph.input("v", TensorType.f32(1, LONG, groups, SIZE));
        var out = form.of(q, k, v);
        graph.output(ProgramTask.RESULT, backward ? gradients(graph, out, List.of(q, k, v)) : out);
        return graph;
    }

    /** Heads that share a key head are rows of one product with its keys. */
    private static Tensor inSteps(Tensor q, Tensor k, Tensor v) {
        int time = q.dim(1);
        int groups = k.dim(2);
        var queries = q.permute(0, 2, 1, 3).reshape(1, groups, q.dim(2) / groups * time, q.dim(3));
        var scores = queries.matmul(k.permute(0, 2, 1, 3), false, true).multiply((float) (1 / Math.sqrt(q.dim(3)))); // [1, groups, heads / groups · T, T]
        return scores.softmax().matmul(v.permute(0, 2, 1, 3)).reshape(1, q.dim(2), time, q.dim(3)).permute(0, 2, 1, 3);
    }

    private static Line line(int batch, int time, int heads, int groups, int size, boolean backward) {
        return line("", batch, time, heads, groups, size, backward, time * time / 2.0, attention(true)); // half is masked
    }

    private static Line windowed(int batch, int time, int heads, int groups, int size, boolean backward) {
        double pairs = WINDOW * (time - WINDOW / 2.0);
        return line(", the last " + WINDOW, batch, time, heads, groups, size, backward, pairs, FusedAttention::windowed);
    }

    /** @param pairs of a query and a key that it sees, for each head of each sequence */
    private static Line line(String kind, int batch, int time, int heads, int groups, int size, boolean backward, double pairs, Form form) {
        double work = (backward ? 7 : 2) * 2.0 * batch * heads * pairs * size; // two products forward and, with one repeated, five backward
        Function<Graph, Tensor> build = graph -> {
            var q = graph.input("q", TensorType.f32(batch, time, heads, size));
            var k = graph.input("k", TensorType.f32(batch, time, groups, size));
            var v = graph.input("v", TensorType.f32(batch, time, groups, size));
            var out = form.of(q, k, v);
            return backward ? gradients(graph, out, List.of(q, k, v)) : out;
        };
        var contenders = new ArrayList<>(List.of(new Contender(OURS, work, threads -> ProgramTask.of(new CpuEngine(threads), build))));
        if (time <= PLAIN) {
            contenders.add(new Contender("plain", work, threads -> ProgramTask.of(CpuEngine.plain(threads), build)));
        }
        var name = (backward ? "forward and backward " : "forward ") + batch + " × " + time + ", " + heads + " / " + groups + " × " + size + kind;
        return new Line(name, Unit.GFLOPS, 0, 200, contenders);
    }

    /** One tensor that needs all gradients: their ends next to each other. */
    static Tensor gradients(Graph graph, Tensor out, List<Tensor> inputs) {
        var seed = graph.input("seed", out.type());
        var parts = Gradients.of(List.of(out), List.of(seed), inputs);
        for (int i = 1; i < parts.size(); i++) {
            graph.output("gradient " + i, parts.get(i));
        }
        return parts.getFirst();
    }
}
