package patchbay.engine.cpu;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/** Time of elementwise graphs, fused against one kernel an operation, in turns: {@code main}, not a test. */
final class FusionBenchmark {

    private static final int ROWS = 1536;
    private static final int COLUMNS = 128;

    private FusionBenchmark() {}

    private record Case(CpuProgram separate, CpuProgram fused) {}

    public static void main(String[] arguments) {
        int threads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1;
        var cases = new LinkedHashMap<String, Function<Tensor, Tensor>>();
        cases.put("x + x²", x -> x.add(x.square()));
        cases.put("clamp(2x + 1) · x − x", x -> x.multiply(2).add(1).clamp(-1, 1).multiply(x).subtract(x));
        cases.put("max(x, y) / (|x| + 1)", x -> x.maximum(leaf(x, "y", Shape.of(ROWS, COLUMNS))).divide(x.abs().add(1)));
        cases.put("x · column + x", x -> x.multiply(leaf(x, "column", Shape.of(ROWS, 1))).add(x));
        cases.put("x · row + row", x -> x.multiply(leaf(x, "row", Shape.of(COLUMNS))).add(leaf(x, "bias", Shape.of(COLUMNS))));
        cases.put("x · scalar + x", x -> x.multiply(leaf(x, "one", Shape.of(1))).add(x));
        cases.put("relu(x + y)", x -> x.add(leaf(x, "y", Shape.of(ROWS, COLUMNS))).relu());
        cases.put("x < y ? x : y, times 2", x -> x.multiply(x.less(leaf(x, "y", Shape.of(ROWS, COLUMNS)))).multiply(2));
        cases.put("x · column alone", x -> x.multiply(leaf(x, "column", Shape.of(ROWS, 1))));
        cases.put("x · row alone", x -> x.multiply(leaf(x, "row", Shape.of(COLUMNS))));
        try (var one = new CpuEngine(threads, Twins.of(""), false, false); var other = new CpuEngine(threads, Twins.of(""), false, true)) {
            var programs = new LinkedHashMap<String, Case>();
            cases.forEach((name, function) -> programs.put(name, new Case(compile(one, function), compile(other, function))));
            for (int round = 0; round < 3; round++) {
                for (Map.Entry<String, Case> each : programs.entrySet()) {
                    var separate = new double[200];
                    var fused = new double[200];
                    for (int i = 0; i < separate.length; i++) {
                        separate[i] = microseconds(each.getValue().separate);
                        fused[i] = microseconds(each.getValue().fused);
                    }
                    Arrays.sort(separate);
                    Arrays.sort(fused);
                    System.out.printf(Locale.ROOT, "%-26s %2d → %d launches %8.1f → %8.1f µs: %.2f%n", each.getKey(), each.getValue().separate.launches(),
                            each.getValue().fused.launches(), separate[100], fused[100], fused[100] / separate[100]);
                }
                System.out.println();
            }
        }
    }

    private static Tensor leaf(Tensor x, String name, Shape shape) {
        return x.graph().parameter(name, shape, Initializer.normal(1));
    }

    private static CpuProgram compile(CpuEngine engine, Function<Tensor, Tensor> function) {
        var graph = new Graph();
        graph.output("result", function.apply(graph.parameter("x", Shape.of(ROWS, COLUMNS), Initializer.normal(1))));
        return (CpuProgram) engine.compile(graph, engine.variables());
    }

    private static double microseconds(CpuProgram program) {
        long start = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            program.run();
        }
        return (System.nanoTime() - start) / 5e3;
    }
}
