package patchbay.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Reverse-mode differentiation: adds to a graph the gradients of a scalar, as more graph. */
public final class Gradients {

    private final Graph graph;
    private final Set<Tensor> wanted = new HashSet<>();
    private final Map<Tensor, Tensor> gradients = new HashMap<>();
    /** What is computed a second time, by what it is a copy of. */
    private final Map<Tensor, Tensor> copies = new HashMap<>();

    /** The nodes of ids {@code from … to − 1} of a graph. */
    public record Segment(int from, int to) {

        /** What is added to {@code graph} by {@code build}. */
        public static <T> T around(Graph graph, Consumer<Segment> segments, Supplier<T> build) {
            int from = graph.nodes().size();
            var built = build.get();
            segments.accept(new Segment(from, graph.nodes().size()));
            return built;
        }
    }

    private Gradients(Graph graph) {
        this.graph = graph;
    }

    /**
     * The gradients of {@code loss} (a scalar, or one element) by each of {@code variables}, in their order; zeros where
     * the loss does not depend on one.
     */
    public static List<Tensor> of(Tensor loss, List<Tensor> variables) {
        return of(loss, variables, List.of());
    }

    /**
     * The same gradients, bit for bit, for less memory and more time: what {@code recomputed} segments compute on their way is not
     * kept for the way back, but computed again from what comes into the segment (gradient checkpointing; Chen et al. 2016, arXiv
     * 1604.06174). What reads a segment's tensors otherwise, such as an update, still reads the first ones.
     *
     * @param recomputed in the graph's order, without overlap; for instance a model's layers
     */
    public static List<Tensor> of(Tensor loss, List<Tensor> variables, List<Segment> recomputed) {
        if (loss.size() != 1) {
            throw new ShapeError("gradients: the loss must be one number, not " + loss.type());
        }
        return of(List.of(loss), List.of(loss.graph().filled(loss.shape(), 1)), variables, recomputed);
    }

    /** The gradients by {@code variables} of the {@code heads}, each weighed by its {@code seed} (a vector-Jacobian product). */
    public static List<Tensor> of(List<Tensor> heads, List<Tensor> seeds, List<Tensor> variables) {
        return of(heads, seeds, variables, List.of());
    }

    private static List<Tensor> of(List<Tensor> heads, List<Tensor> seeds, List<Tensor> variables, List<Segment> recomputed) {
        var graph = heads.getFirst().graph();
        var pass = new Gradients(graph);
        pass.markWanted(variables);
        for (int i = 0; i < heads.size(); i++) {
            pass.add(heads.get(i), seeds.get(i));
        }
        var nodes = new ArrayList<>(graph.nodes());
        int end = nodes.size();
        for (var segment : recomputed.reversed()) {
            pass.backThrough(nodes.subList(segment.to(), end));
            pass.backThrough(pass.again(nodes.subList(segment.from(), segment.to())));
            end = segment.from();
        }
        pass.backThrough(nodes.subList(0, end));
        return variables.stream().map(variable -> pass.gradientOf(pass.copies.getOrDefault(variable, variable))).toList();
    }

    private void backThrough(List<Node> nodes) {
        nodes.reversed().forEach(this::through);
    }

    /** Copies of {@code nodes}, which take over what has come of the gradients so far. */
    private List<Node> again(List<Node> nodes) {
        var repeated = new ArrayList<Node>();
        for (var node : nodes) {
            var operands = node.inputs().stream().map(input -> copies.getOrDefault(input, input)).toList();
            var outputs = graph.at(node.place(), () -> graph.apply(node.operation(), operands));
            for (int i = 0; i < outputs.size(); i++) {
                var original = node.outputs().get(i);
                var copy = outputs.get(i);
                copies.put(original, copy);
                if (wanted.contains(original)) {
                    wanted.add(copy);
                }
                if (gradients.containsKey(original)) {
                    gradients.put(copy, gradients.remove(original));
                }
            }
            repeated.add(((Origin.Result) outputs.getFirst().origin()).node());
        }
        return repeated;
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
