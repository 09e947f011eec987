package patchbay.tensor.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import patchbay.tensor.Graph;
import patchbay.tensor.Node;
import patchbay.tensor.Origin;
import patchbay.tensor.Tensor;
import patchbay.tensor.fusion.FusedKernels;
import patchbay.tensor.fusion.Fusion;

/**
 * Which nodes of a graph are computed, when, and who reads what: only nodes that an output or an update needs; those
 * that depend on constants alone once and for all; views not at all.
 */
public final class Schedule {

    /** Computed once, when the program is compiled. */
    private final List<Node> constant = new ArrayList<>();
    /** Computed in every run, in this order. */
    private List<Node> order = new ArrayList<>();
    private final Map<Node, Integer> positions = new HashMap<>();
    /** The node that computes a root in every run. */
    private final Map<Tensor, Node> producers = new HashMap<>();
    /** Positions of the readers of a root, ascending. */
    private final Map<Tensor, List<Integer>> readers = new HashMap<>();
    private final Set<Tensor> folded = new HashSet<>();

    /** @param fusion where the kernels of joined operations come from; empty to compute each by itself */
    public Schedule(Graph graph, Optional<FusedKernels> fusion) {
        var needed = new HashSet<Tensor>();
        graph.outputs().values().forEach(tensor -> needed.add(root(tensor)));
        graph.updates().values().forEach(tensor -> needed.add(root(tensor)));
        var kept = Set.copyOf(needed);
        for (var node : graph.nodes().reversed()) {
            if (!node.operation().isView() && node.outputs().stream().anyMatch(needed::contains)) {
                node.inputs().forEach(input -> needed.add(root(input)));
                order.addFirst(node);
            }
        }
        fold();
        fusion.ifPresent(kernels -> order = new ArrayList<>(Fusion.fuse(kernels, order, Schedule::root, kept)));
        index();
        if (postpone(graph)) {
            index();
        }
    }

    /** The tensor whose elements {@code tensor} is a view of, or itself. */
    public static Tensor root(Tensor tensor) {
        var root = tensor;
        while (root.origin() instanceof Origin.Result(Node node, int _) && node.operation().isView()) {
            root = node.inputs().getFirst();
        }
        return root;
    }

    private void fold() {
        for (var node : order) {
            if (!node.inputs().isEmpty() && node.inputs().stream().allMatch(this::isConstant)) {
                constant.add(node);
                folded.addAll(node.outputs());
            }
        }
        order.removeAll(new HashSet<>(constant));
    }

    private boolean isConstant(Tensor tensor) {
        var root = root(tensor);
        return root.origin() instanceof Origin.Constant || folded.contains(root);
    }

    private void index() {
        positions.clear();
        readers.clear();
        producers.clear();
        for (int position = 0; position < order.size(); position++) {
            var node = order.get(position);
            positions.put(node, position);
            node.outputs().forEach(output -> producers.put(output, node));
            for (var input : node.inputs()) {
                readers.computeIfAbsent(root(input), _ -> new ArrayList<>()).add(position);
            }
        }
    }

    /**
     * Moves a node that nothing but updates wants behind the last reader of the variable that it updates, so that it may
     * write the new value over the old one.
     */
    private boolean postpone(Graph graph) {
        var late = new ArrayList<Node>();
        graph.updates().forEach((variable, value) -> {
            var node = producers.get(root(value));
            if (node != null && !late.contains(node)
                    && readers(variable).stream().anyMatch(position -> position > position(node))
                    && node.outputs().stream().allMatch(output -> readers(output).isEmpty())) {
                late.add(node);
            }
        });
        order.removeAll(late);
        order.addAll(late);
        return !late.isEmpty();
    }

    public List<Node> constant() {
        return constant;
    }

    public List<Node> order() {
        return order;
    }

    public int position(Node node) {
        return positions.get(node);
    }

    /** The node that computes {@code root} in every run; empty for a leaf and for what was computed once and for all. */
    Optional<Node> producer(Tensor root) {
        return Optional.ofNullable(producers.get(root));
    }

    /** Positions of the nodes that read {@code root} or a view of it. */
    List<Integer> readers(Tensor root) {
        return readers.getOrDefault(root, List.of());
    }

    int lastReader(Tensor root) {
        var all = readers(root);
        return all.isEmpty() ? -1 : all.getLast();
    }
}
