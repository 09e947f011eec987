package patchbay.tensor.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import patchbay.tensor.Graph;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Origin;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.reference.ArrayVariables;

/** In which array every tensor of a graph lies; tensors whose lives do not overlap may share one. */
public final class Placement {

    /** Elements of {@code type} to be copied from one array to another. */
    public record Copy(TensorType type, Object from, Object to) {}

    /** Computes a launch of a node on the JVM, once and for all. */
    public interface Constants {
        void compute(Node node, Launch launch, List<?> inputs, List<?> outputs, List<?> scratch);
    }

    private final Graph graph;
    private final Schedule schedule;
    /** By root; see {@link Schedule#root}. */
    private final Map<Tensor, Storage> storages = new HashMap<>();
    private final List<Storage> planned = new ArrayList<>();
    /** Copies of leaves. */
    private final Map<Tensor, Storage> snapshots = new HashMap<>();
    private final Map<Node, List<Storage>> scratches = new HashMap<>();
    /** Variables whose new value is computed right into their array. */
    private final Set<Tensor> direct = new HashSet<>();
    private final List<Copy> before = new ArrayList<>();
    private final List<Copy> after = new ArrayList<>();
    private long memory;

    /** Places the tensors of {@code graph}, its variables in the arrays of {@code variables}, and computes its constants. */
    public Placement(Graph graph, Schedule schedule, ArrayVariables variables, Constants constants) {
        this.graph = graph;
        this.schedule = schedule;
        graph.variables().forEach((name, tensor) -> storages.put(tensor, Storage.fixed(tensor.type(), variables.array(name))));
        graph.inputs().forEach((_, tensor) -> storages.put(tensor, owned(tensor.type())));
        compute(constants);
        writeOverVariables();
        placeResults();
        graph.outputs().values().forEach(this::keep);
        var renewals = new LinkedHashMap<>(graph.updates());
        renewals.keySet().removeAll(direct);
        renewals.values().forEach(this::keep);
        computeInPlace();
        schedule.order().forEach(this::placeScratch);
        memory += MemoryPlan.place(planned);
        renewals.forEach((variable, value) -> after.add(new Copy(variable.type(), kept(value), storages.get(variable).array())));
    }

    private Storage owned(TensorType type) {
        memory += type.bytes();
        return Storage.fixed(type, type.array());
    }

    private Storage storage(Tensor tensor) {
        var root = Schedule.root(tensor);
        return root.origin() instanceof Origin.Constant(Object array)
                ? storages.computeIfAbsent(root, absent -> Storage.fixed(absent.type(), array))
                : storages.get(root);
    }

    private void compute(Constants constants) {
        for (var node : schedule.constant()) {
            node.outputs().forEach(output -> storages.put(output, owned(output.type())));
            var scratch = node.operation().scratch(node).stream().map(TensorType::array).toList();
            for (var launch : node.operation().launches(node)) {
                constants.compute(node, launch, inputs(node), outputs(node), scratch);
            }
        }
    }

    /**
     * Lets an update be computed over the old value where nobody reads that afterwards: the node that makes the new value
     * is the last reader, and may compute in place, or reads it not at all.
     */
    private void writeOverVariables() {
        var outputs = new HashSet<Tensor>();
        graph.outputs().values().forEach(tensor -> outputs.add(Schedule.root(tensor)));
        var kept = new HashSet<>(outputs);
        graph.updates().values().forEach(tensor -> kept.add(Schedule.root(tensor)));
        graph.updates().forEach((variable, value) -> {
            var root = Schedule.root(value);
            var producer = schedule.producer(root);
            if (producer.isPresent() && !outputs.contains(root) && !storages.containsKey(root)
                    && schedule.lastReader(variable) <= schedule.position(producer.get())
                    && mayOverwrite(producer.get(), producer.get().outputs().indexOf(root), storages.get(variable))) {
                storages.put(root, storages.get(variable));
                direct.add(variable);
                writeOverSteps(variable, root, kept);
            }
        });
    }

    /** The same for what a new value was computed from in place, as where a cache is written to several times in a run. */
    private void writeOverSteps(Tensor variable, Tensor value, Set<Tensor> kept) {
        var node = schedule.producer(value).orElseThrow();
        var inputs = node.inputs().stream().map(Schedule::root).toList();
        for (int i = 0; i < inputs.size(); i++) {
            var step = inputs.get(i);
            var producer = schedule.producer(step);
            if (producer.isPresent() && !kept.contains(step) && !storages.containsKey(step) && step.type().equals(value.type())
                    && node.operation().inPlace(node.outputs().indexOf(value), i) && inputs.indexOf(step) == inputs.lastIndexOf(step)
                    && schedule.lastReader(step) == schedule.position(node)
                    && schedule.lastReader(variable) <= schedule.position(producer.get())
                    && mayOverwrite(producer.get(), producer.get().outputs().indexOf(step), storages.get(variable))) {
                storages.put(step, storages.get(variable));
                writeOverSteps(variable, step, kept);
                return;
            }
        }
    }

    private void placeResults() {
        for (var node : schedule.order()) {
            int position = schedule.position(node);
            for (var output : node.outputs()) {
                if (!storages.containsKey(output)) {
                    plan(output, Storage.planned(output.type(), position, Math.max(position, schedule.lastReader(output))));
                }
            }
        }
    }

    private void plan(Tensor tensor, Storage storage) {
        storages.put(tensor, storage);
        planned.add(storage);
    }

    /**
     * Sees to it that {@code tensor} has its value when all has been computed. A leaf is copied before: it may be renewed
     * by then, or written before it is read.
     */
    private void keep(Tensor tensor) {
        var origin = Schedule.root(tensor).origin();
        if (origin instanceof Origin.Input || origin instanceof Origin.Variable) {
            snapshots.computeIfAbsent(tensor, leaf -> {
                var from = storage(leaf);
                var to = owned(leaf.type());
                before.add(new Copy(to.type(), from.array(), to.array()));
                return to;
            });
        } else {
            storage(tensor).keepUntil(schedule.order().size());
        }
    }

    /** Lets an operation write its output over an input that nobody reads afterwards, where it says that it can. */
    private void computeInPlace() {
        for (var node : schedule.order()) {
            var taken = new HashSet<Storage>();
            for (int index = 0; index < node.outputs().size(); index++) {
                var output = node.outputs().get(index);
                var own = storages.get(output);
                if (own.isFixed()) {
                    continue;
                }
                for (int i = 0; i < node.inputs().size(); i++) {
                    var input = Schedule.root(node.inputs().get(i));
                    var over = storage(input);
                    if (over.dies() == schedule.position(node) && over.type().dtype() == output.dtype()
                            && over.type().size() == output.size() && mayOverwrite(node, index, over) && taken.add(over)) {
                        planned.remove(own);
                        over.keepUntil(own.dies());
                        storages.put(output, over);
                        break;
                    }
                }
            }
        }
    }

    /** Whether {@code node} may write output {@code index} where {@code old} lies, as far as its own inputs go. */
    private boolean mayOverwrite(Node node, int index, Storage old) {
        for (int i = 0; i < node.inputs().size(); i++) {
            if (storage(node.inputs().get(i)) == old && !node.operation().inPlace(index, i)) {
                return false;
            }
        }
        return true;
    }

    private void placeScratch(Node node) {
        int position = schedule.position(node);
        var scratch = node.operation().scratch(node).stream().map(type -> Storage.planned(type, position, position)).toList();
        planned.addAll(scratch);
        scratches.put(node, scratch);
    }

    /** The array of a leaf or of what a run computes. */
    public Object array(Tensor tensor) {
        return storage(tensor).array();
    }

    public List<?> inputs(Node node) {
        return node.inputs().stream().map(this::array).toList();
    }

    public List<?> outputs(Node node) {
        return node.outputs().stream().map(output -> storages.get(output).array()).toList();
    }

    public List<?> scratch(Node node) {
        return scratches.get(node).stream().map(Storage::array).toList();
    }

    /** The array that holds {@code tensor}, an output or a new value, when all has been computed. */
    public Object kept(Tensor tensor) {
        return snapshots.containsKey(tensor) ? snapshots.get(tensor).array() : storage(tensor).array();
    }

    /** To be done before anything is computed. */
    public List<Copy> before() {
        return before;
    }

    /** To be done when all has been computed: variables that could not be written over. */
    public List<Copy> after() {
        return after;
    }

    /** Storages that were given their arrays by a plan, for as long as they live. */
    public List<Storage> planned() {
        return planned;
    }

    /** Bytes of all arrays but the variables'. */
    public long memory() {
        return memory;
    }
}
