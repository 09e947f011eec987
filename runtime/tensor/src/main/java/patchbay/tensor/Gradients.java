package patchbay.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Reverse-mode differentiation: adds to a graph the gradients of a scalar, as more graph. */
public final class Gradients {

    private final Graph graph;
    private final Set<Tensor> wanted = new HashSet<>();
    private final Map<Tensor, Tensor> gradients = new HashMap<>();

    private Gradients(Graph graph) {
        this.graph = graph;
    }

    /**
     * The gradients of {@code loss} (a scalar, or one element) by each of {@code variables}, in their order; zeros where
     * the loss does not depend on one.
     *
     */
    public static List<Tensor> of(Tensor loss, List<Tensor> variables) {
        if (loss.size() != 1) {
            throw new ShapeError("gradients: the loss must be one number, not " + loss.type());
        }
        return of(List.of(loss), List.of(loss.graph().filled(loss.shape(), 1)), variables);
    }

    /** The gradients by {@code variables} of the {@code heads}, each weighed by its {@code seed} (a vector-Jacobian product). */
    public static List<Tensor> of(List<Tensor> heads, List<Tensor> seeds, List<Tensor> variables) {
        var graph = heads.getFirst().graph();
        var pass = new Gradients(graph);
        pass.markWanted(variables);
        for (int i = 0; i < heads.size(); i++) {
            pass.add(heads.get(i), seeds.get(i));
        }
        var nodes = new ArrayList<>(graph.nodes());
        for (int i = nodes.size() - 1; i >= 0; i--) {
            pass.through(nodes.get(i));
        }
        return variables.stream().map(pass::gradientOf).toList();
    }

    /** Everything that depends on a variable, floats only: the tensors that a gradient may have to pass through. */
    private void markWanted(List<Tensor> variables) {
        wanted.addAll(variables);
        for (var node : graph.nodes()) {
            if (node.inputs().stream().anyMatch(wanted::contains)) {
                node.outputs().stream().filter(output -> output.dtype().isFloat()).forEach(wanted::add);
            }
        }
    }

    private void through(Node node) {
        boolean reached = node.outputs().stream().anyMatch(gradients::containsKey);
        boolean needed = node.inputs().stream().anyMatch(wanted::contains);
        if (reached && needed) {
            graph.at(node.place().isEmpty() ? "the gradient of " + node.operation().name() : node.place(), () -> {
                node.operation().gradient(node, new At(node));
                return null;
            });
        }
    }

    private void add(Tensor tensor, Tensor part) {
        if (!part.shape().equals(tensor.shape())) {
            throw new ShapeError("gradient of " + tensor + " has shape " + part.shape());
        }
        gradients.merge(tensor, part, (sum, more) -> sum.add(more));
    }

    private Tensor gradientOf(Tensor tensor) {
        return gradients.computeIfAbsent(tensor, absent -> graph.filled(absent.shape(), 0));
    }

    private final class At implements Gradient {

        private final Node node;

        At(Node node) {
            this.node = node;
        }

        @Override
        public Tensor of(int index) {
            return gradientOf(node.outputs().get(index));
        }

        @Override
        public void to(int index, Supplier<Tensor> part) {
            if (wanted(index)) {
                add(node.inputs().get(index), part.get());
            }
        }

        @Override
        public boolean wanted(int index) {
            return wanted.contains(node.inputs().get(index));
        }

        @Override
        public void stop() {
            // nothing flows on: the inputs simply get no part from here
        }
    }
}
