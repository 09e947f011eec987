package patchbay.bench;

import static patchbay.bench.Contender.OURS;
import static patchbay.bench.ProgramTask.random;

import java.util.ArrayList;
import java.util.List;
import patchbay.engine.cpu.CpuEngine;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;

/** {@code gemm}: products of single-precision matrices. */
final class MatrixProducts {

    private static final int[][] SIZES = {
        {96, 96, 96}, {192, 192, 192}, {384, 384, 384}, {768, 768, 768}, {1152, 1152, 1152}, {1024, 1024, 256}}; // m, n, k

    /** How 2,048 rows meet 8 experts: uneven, one of them hardly used. */
    private static final int[] OFFSETS = {0, 500, 790, 1160, 1163, 1420, 1555, 1837, 2048};

    private MatrixProducts() {}

    static Benchmark benchmark(boolean openblas) {
        var lines = new ArrayList<Line>();
        for (var size : SIZES) {
            for (boolean transposeA : new boolean[] {false, true}) {
                for (boolean transposeB : new boolean[] {false, true}) {
                    lines.add(product(size[0], size[1], size[2], transposeA, transposeB, openblas));
                }
            }
        }
        lines.add(grouped(256, 1024, openblas));
        lines.add(grouped(1024, 256, openblas));
        return new Benchmark("gemm", "Products of matrices (m × k by k × n; n or t: as it is, or transposed)", "greater is better", lines);
    }

    private static Line product(int m, int n, int k, boolean transposeA, boolean transposeB, boolean openblas) {
        double work = 2.0 * m * n * k;
        var a = new Contender(OURS, work, threads -> ours(m, n, k, transposeA, transposeB, threads));
        var contenders = new ArrayList<>(List.of(a));
        if (openblas) {
            contenders.add(new Contender(OpenBlas.NAME, work, threads ->
                    new OpenBlas(m, n, k, transposeA, transposeB, random(m * k, 1), random(k * n, 2), threads)));
        }
        var name = m + " × " + k + " × " + n + " " + (transposeA ? "t" : "n") + (transposeB ? "t" : "n");
        return new Line(name, Unit.GFLOPS, 0, 120, contenders);
    }

    private static Task ours(int m, int n, int k, boolean transposeA, boolean transposeB, int threads) {
        var graph = new Graph();
        var a = graph.input("a", transposeA ? TensorType.f32(k, m) : TensorType.f32(m, k));
        var b = graph.input("b", transposeB ? TensorType.f32(n, k) : TensorType.f32(k, n));
        graph.output(ProgramTask.RESULT, a.matmul(b, transposeA, transposeB));
        return new ProgramTask(new CpuEngine(threads), graph, program -> {
            program.write("a", random(m * k, 1));
            program.write("b", random(k * n, 2));
        }, true);
    }

    /** 8 experts against one product of as many rows: what the grouping costs. */
    private static Line grouped(int k, int n, boolean openblas) {
        int rows = OFFSETS[OFFSETS.length - 1];
        double work = 2.0 * rows * n * k;
        var contenders = new ArrayList<>(List.of(
                new Contender(OURS, work, threads -> grouped(rows, n, k, threads)),
                new Contender("one product", work, threads -> ungrouped(rows, n, k, threads))));
        if (openblas) {
            contenders.add(new Contender(OpenBlas.NAME, work, threads -> new Unlike(
                    new OpenBlas(rows, n, k, false, false, random(rows * k, 1), random(k * n, 2), threads))));
        }
        return new Line("8 experts, " + rows + " × " + k + " × " + n, Unit.GFLOPS, 0, 150, contenders);
    }

    private static Task grouped(int rows, int n, int k, int threads) {
        int experts = OFFSETS.length - 1;
        var graph = new Graph();
        var x = graph.input("x", TensorType.f32(rows, k));
        var weights = graph.input("weights", TensorType.f32(experts, k, n));
        var offsets = graph.constant(Shape.of(experts + 1), OFFSETS);
        graph.output(ProgramTask.RESULT, x.groupedMatmul(weights, offsets));
        return new ProgramTask(new CpuEngine(threads), graph, program -> {
            program.write("x", random(rows * k, 1));
            program.write("weights", random(experts * k * n, 2));
        }, false);
    }

    private static Task ungrouped(int rows, int n, int k, int threads) {
        return new Unlike(ours(rows, n, k, false, false, threads));
    }

    /** A task of the same work on other values. */
    private record Unlike(Task task) implements Task {

        @Override
        public void run() {
            task.run();
        }

        @Override
        public void close() {
            task.close();
        }
    }
}
