package patchbay.tensor.fusion;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import patchbay.tensor.Node;
import patchbay.tensor.Tensor;
import patchbay.tensor.fusion.Elementwise.Reading;

/**
 * Joins elementwise operations into single kernels, so that what only they hand to one another stays in registers. An operation
 * joins its readers if they all belong to one group and compute as many elements; the group is computed where its last
 * member was. The bits are those of the operations one by one. One that stretches an operand is worth a kernel of its own,
 * since the loop of a kernel for every kind of stretching is not vectorized.
 */
public final class Fusion {

    /** More would spill registers and keep too many arrays alive at once. */
    private static final int MOST_PARTS = 24;
    private static final int MOST_OPERANDS = 10;

    /** An operand of a group: what is read, and how. */
    private record Operand(Tensor root, Reading reading) {}

    private final FusedKernels kernels;
    private final UnaryOperator<Tensor> rootOf;
    private final Set<Tensor> kept;
    private final Map<Node, Elementwise> candidates = new LinkedHashMap<>();
    private final Map<Tensor, Node> producers = new HashMap<>();
    private final Map<Tensor, List<Node>> readers = new HashMap<>();

    private Fusion(FusedKernels kernels, List<Node> order, UnaryOperator<Tensor> rootOf, Set<Tensor> kept) {
        this.kernels = kernels;
        this.rootOf = rootOf;
        this.kept = kept;
        for (var node : order) {
            Elementwise.of(node).ifPresent(candidate -> candidates.put(node, candidate));
            node.outputs().forEach(output -> producers.put(output, node));
            node.inputs().forEach(input -> readers.computeIfAbsent(rootOf.apply(input), _ -> new ArrayList<>()).add(node));
        }
    }

    /**
     * {@code order} with groups of nodes replaced by nodes of a {@link Fused} operation.
     *
     * @param rootOf the tensor that another is a view of, or itself
     * @param kept roots that are needed after a run
     */
    public static List<Node> fuse(FusedKernels kernels, List<Node> order, UnaryOperator<Tensor> rootOf, Set<Tensor> kept) {
        return new Fusion(kernels, order, rootOf, kept).fused(order);
    }

    private List<Node> fused(List<Node> order) {
        var absorbed = new HashSet<Node>();
        var replaced = new HashMap<Node, Node>();
        for (var last : order.reversed()) {
            if (candidates.containsKey(last) && !absorbed.contains(last)) {
                var group = groupOf(last);
                if (group.size() > 1 || candidates.get(last).isStretched()) {
                    absorbed.addAll(group);
                    replaced.put(last, join(group));
                }
            }
        }
        return order.stream().filter(node -> replaced.containsKey(node) || !absorbed.contains(node))
                .map(node -> replaced.getOrDefault(node, node)).toList();
    }

    /** {@code last} and what can be computed with it, in order. */
    private List<Node> groupOf(Node last) {
        var group = new HashSet<>(Set.of(last));
        int width = candidates.get(last).width();
        boolean grew = true;
        while (grew) {
            grew = false;
            for (var node : List.copyOf(group)) {
                for (var input : node.inputs()) {
                    var producer = producers.get(rootOf.apply(input));
                    if (producer != null && joins(producer, group, last, width)) {
                        group.add(producer);
                        width = Math.max(width, candidates.get(producer).width());
                        grew = true;
                    }
                }
            }
        }
        return group.stream().sorted(Comparator.comparingInt(Node::id)).toList();
    }

    private boolean joins(Node node, Set<Node> group, Node last, int width) {
        var candidate = candidates.get(node);
        if (candidate == null || group.contains(node) || group.size() == MOST_PARTS) {
            return false;
        }
        var result = node.outputs().getFirst();
        boolean widthFits = width == 0 || candidate.width() == 0 || width == candidate.width();
        if (!widthFits || kept.contains(result) || candidate.size() != candidates.get(last).size() || !group.containsAll(readers.get(result))) {
            return false;
        }
        var larger = new HashSet<>(group);
        larger.add(node);
        return operands(larger).size() <= MOST_OPERANDS;
    }

    private Set<Operand> operands(Set<Node> group) {
        var operands = new HashSet<Operand>();
        for (var node : group) {
            for (int i = 0; i < node.inputs().size(); i++) {
                var root = rootOf.apply(node.inputs().get(i));
                if (!group.contains(producers.get(root))) {
                    operands.add(new Operand(root, candidates.get(node).readings().get(i)));
                }
            }
        }
        return operands;
    }

    private Node join(List<Node> group) {
        var numbers = new LinkedHashMap<Operand, Integer>();
        var inside = new HashSet<>(group);
        for (var node : group) {
            for (int i = 0; i < node.inputs().size(); i++) {
                var root = rootOf.apply(node.inputs().get(i));
                if (!inside.contains(producers.get(root))) {
                    numbers.putIfAbsent(new Operand(root, candidates.get(node).readings().get(i)), numbers.size());
                }
            }
        }
        var results = new IdentityHashMap<Tensor, Integer>();
        var terms = new ArrayList<Formula.Term>();
        var constants = new ArrayList<Float>();
        int width = 0;
        for (var node : group) {
            var part = candidates.get(node);
            var values = new ArrayList<Integer>();
            for (int i = 0; i < node.inputs().size(); i++) {
                var root = rootOf.apply(node.inputs().get(i));
                values.add(results.containsKey(root) ? results.get(root) : numbers.get(new Operand(root, part.readings().get(i))));
            }
            results.put(node.outputs().getFirst(), numbers.size() + terms.size());
            terms.add(new Formula.Term(part.scalar(), values));
            constants.addAll(part.constants());
            width = Math.max(width, part.width());
        }
        var formula = new Formula(numbers.keySet().stream().map(operand -> operand.reading().access()).toList(), terms);
        var stretches = numbers.keySet().stream().flatMap(operand -> operand.reading().stretch().stream()).toList();
        var last = group.getLast();
        var operation = new Fused(group, formula, kernels.of(formula), last.output(0), width, stretches, List.copyOf(constants));
        return new Node(last.id(), operation, numbers.keySet().stream().map(Operand::root).toList(), last.outputs(), last.place());
    }
}
