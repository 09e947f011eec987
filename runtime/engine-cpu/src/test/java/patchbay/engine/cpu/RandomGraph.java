package patchbay.engine.cpu;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;

/** Graphs of {@link TestOperation}s over tensors of two sizes, with variables, updates of every sort, and several outputs. */
final class RandomGraph {

    private RandomGraph() {}

    static Graph of(long seed, int nodes, int rows, int columns) {
        var random = new SplittableRandom(seed);
        var graph = new Graph(seed);
        var type = TensorType.f32(rows, columns);
        var tensors = new ArrayList<Tensor>();
        tensors.add(graph.input("x", type));
        tensors.add(graph.filled(type.shape(), 0.25f));
        var variables = new ArrayList<Tensor>();
        for (int i = 0; i < 6; i++) {
            variables.add(graph.parameter("v" + i, type.shape(), Initializer.normal(1)));
        }
        tensors.addAll(variables);
        for (int i = 0; i < nodes; i++) {
            tensors.addAll(node(graph, tensors, random));
        }
        var square = tensors.stream().filter(tensor -> tensor.type().equals(type)).toList();
        for (var variable : variables) {
            // Mostly late tensors, sometimes leaves, sometimes the same twice.
            int back = random.nextInt(4) == 0 ? random.nextInt(square.size()) : random.nextInt(Math.min(6, square.size()));
            graph.update(variable, square.get(square.size() - 1 - back));
        }
        var named = new HashSet<Tensor>();
        for (int i = 0; i < 3; i++) {
            var output = tensors.get(random.nextInt(tensors.size()));
            if (named.add(output)) {
                graph.output("y" + i, output);
            }
        }
        graph.output("last", square.getLast());
        return graph;
    }

    private static List<Tensor> node(Graph graph, List<Tensor> tensors, SplittableRandom random) {
        var operations = List.of(TestOperation.ADD, TestOperation.REVERSE, TestOperation.BUTTERFLY, TestOperation.SUMS, TestOperation.FLATTEN);
        var operation = operations.get(random.nextInt(operations.size()));
        // Recent tensors more often than old ones, so that many die young.
        int reach = random.nextInt(3) == 0 ? tensors.size() : Math.min(5, tensors.size());
        var a = tensors.get(tensors.size() - 1 - random.nextInt(reach));
        return switch (operation) {
            case ADD, BUTTERFLY -> {
                var fitting = tensors.stream().filter(tensor -> tensor.shape().equals(a.shape())).toList();
                yield graph.apply(operation, List.of(a, fitting.get(random.nextInt(fitting.size()))));
            }
            default -> graph.apply(operation, List.of(a));
        };
    }

    static float[] values(int size, long seed) {
        return Initializer.normal(1).values(Shape.of(size), seed);
    }
}
