package patchbay.bench;

import static patchbay.bench.Contender.OURS;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import patchbay.engine.cpu.CpuEngine;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Optimizers;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.operations.AdamW;

/** {@code ops}: operations that move more than they compute, on arrays that no cache holds, beside their plain kernels. */
final class Operations {

    private static final int ROWS = 8192;
    private static final int COLUMNS = 1024;

    private Operations() {}

    static Benchmark benchmark() {
        var lines = new ArrayList<Line>();
        lines.add(line("add", 3, graph -> x(graph).add(y(graph))));
        lines.add(line("gelu", 2, graph -> x(graph).gelu()));
        lines.add(line("gelu, backward", 3, graph -> backward(graph, x(graph).gelu())));
        lines.add(line("silu · up", 3, graph -> x(graph).siluMultiply(y(graph))));
        lines.add(line("softmax", 2, graph -> x(graph).softmax()));
        lines.add(line("softmax and backward", 5, graph -> backward(graph, x(graph).softmax())));
        lines.add(line("cross-entropy", 1, graph -> x(graph).crossEntropy(graph.input("targets", TensorType.i32(ROWS)))));
        lines.add(line("RMSNorm", 2, graph -> x(graph).rmsNorm(row(graph, "weight"), 1e-5f)));
        lines.add(line("LayerNorm", 2, graph -> x(graph).layerNorm(row(graph, "weight"), row(graph, "bias"), 1e-5f)));
        lines.add(line("rotary", 2, graph -> x(graph).reshape(8, ROWS / 8, COLUMNS / 64, 64).rotary(graph.constant(Shape.of(1), 0), 10_000)));
        lines.add(line("dropout", 2, graph -> x(graph).dropout(0.1f, graph.input("step", TensorType.i32(1)), 1)));
        lines.add(line("AdamW", 7, Operations::adamW));
        return new Benchmark("ops", "Operations on [" + ROWS + ", " + COLUMNS + "]", "greater is better", lines);
    }

    private static Tensor x(Graph graph) {
        return graph.input("x", TensorType.f32(ROWS, COLUMNS));
    }

    private static Tensor y(Graph graph) {
        return graph.input("y", TensorType.f32(ROWS, COLUMNS));
    }

    private static Tensor row(Graph graph, String name) {
        return graph.input(name, TensorType.f32(COLUMNS));
    }

    /** The gradient; what it does not need of the forward pass is not computed. */
    private static Tensor backward(Graph graph, Tensor out) {
        return FusedAttention.gradients(graph, out, List.of(x(graph)));
    }

    private static Tensor adamW(Graph graph) {
        var settings = new AdamW(0.9f, 0.99f, 1e-8f, 0.1f);
        var moved = Optimizers.adamW(settings, x(graph), y(graph), graph.input("m", TensorType.f32(ROWS, COLUMNS)),
                graph.state("v", TensorType.f32(ROWS, COLUMNS), Initializer.ones()), graph.constant(Shape.of(AdamW.HYPER), settings.hyper(1e-3f, 10)),
                graph.filled(Shape.of(1), 1));
        graph.output("m", moved.m());
        graph.output("v", moved.v());
        return moved.parameter();
    }

    /** @param arrays how many of the size of x are read or written at least */
    private static Line line(String name, int arrays, Function<Graph, Tensor> build) {
        double work = (double) arrays * ROWS * COLUMNS * Float.BYTES;
        return new Line(name, Unit.GBS, 0, 200, List.of(
                new Contender(OURS, work, threads -> ProgramTask.of(new CpuEngine(threads), build)),
                new Contender("plain", work, threads -> ProgramTask.of(CpuEngine.plain(threads), build))));
    }
}
