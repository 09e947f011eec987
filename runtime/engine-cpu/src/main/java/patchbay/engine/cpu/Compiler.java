package patchbay.engine.cpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import patchbay.engine.cpu.fusion.FusedKernels;
import patchbay.tensor.Graph;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.Origin;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.reference.ArrayVariables;
import patchbay.tensor.reference.BoundLaunch;

/** Turns a graph into the steps of a {@link CpuProgram}: decides where every tensor lies, then binds kernels to arrays. */
final class Compiler {

    private final Graph graph;
    private final ArrayVariables variables;
    private final Twins twins;
    private final WorkerPool pool;
    private final boolean poison;

    private final Schedule schedule;
    /** By root; see {@link Schedule#root}. */
    private final Map<Tensor, Storage> storages = new HashMap<>();
    private final List<Storage> planned = new ArrayList<>();
    /** Copies of leaves. */
    private final Map<Tensor, Storage> snapshots = new HashMap<>();
    private final Map<Node, List<Storage>> scratches = new HashMap<>();
    /** Variables whose new value is computed right into their array. */
    private final Set<Tensor> direct = new HashSet<>();
    private final List<Step> before = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final Explanation explanation = new Explanation();
    private int launches;
    private long memory;

    Compiler(Graph graph, ArrayVariables variables, Twins twins, WorkerPool pool, boolean poison,
            Optional<FusedKernels> fusion) {
        this.graph = graph;
        this.variables = variables;
        this.twins = twins;
        this.pool = pool;
        this.poison = poison;
        this.schedule = new Schedule(graph, fusion);
    }

    CpuProgram compile() {
        placeLeaves();
        computeConstants();
        writeOverVariables();
        placeResults();
        graph.outputs().values().forEach(this::keep);
        var renewals = new LinkedHashMap<>(graph.updates());
        renewals.keySet().removeAll(direct);
        renewals.values().forEach(this::keep);
        computeInPlace();
        schedule.order().forEach(this::placeScratch);
        memory += MemoryPlan.place(planned);
        schedule.order().forEach(this::bind);
        renewals.forEach((variable, value) -> {
            var from = kept(value);
            var to = storages.get(variable).array();
            steps.add(Step.copy(variable.type(), from, to));
        });
        var inputs = new LinkedHashMap<String, CpuProgram.Named>();
        graph.inputs().forEach((name, tensor) -> inputs.put(name, new CpuProgram.Named(tensor.type(), storages.get(tensor).array())));
        var outputs = new LinkedHashMap<String, CpuProgram.Named>();
        graph.outputs().forEach((name, tensor) -> outputs.put(name, new CpuProgram.Named(tensor.type(), kept(tensor))));
        return new CpuProgram(inputs, outputs, Stream.concat(before.stream(), steps.stream()).toList(), pool, launches,
                explanation.plan(memory));
    }

    private void placeLeaves() {
        graph.variables().forEach((name, tensor) -> storages.put(tensor, Storage.fixed(tensor.type(), variables.array(name))));
        graph.inputs().forEach((_, tensor) -> storages.put(tensor, owned(tensor.type())));
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

    private void computeConstants() {
        for (var node : schedule.constant()) {
            node.outputs().forEach(output -> storages.put(output, owned(output.type())));
            var scratch = node.operation().scratch(node).stream().map(TensorType::array).toList();
            for (var launch : node.operation().launches(node)) {
                bound(node, launch, scratch).run(0, launch.rows());
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
        graph.updates().forEach((variable, value) -> {
            var root = Schedule.root(value);
            var producer = schedule.producer(root);
            if (producer.isPresent() && !outputs.contains(root) && !storages.containsKey(root)
                    && schedule.lastReader(variable) <= schedule.position(producer.get())
                    && mayOverwrite(producer.get(), producer.get().outputs().indexOf(root), storages.get(variable))) {
                storages.put(root, storages.get(variable));
                direct.add(variable);
            }
        });
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
                before.add(Step.copy(to.type(), from.array(), to.array()));
                return to;
            });
        } else {
            storage(tensor).keepUntil(schedule.order().size());
        }
    }

    private Object kept(Tensor tensor) {
        return snapshots.containsKey(tensor) ? snapshots.get(tensor).array() : storage(tensor).array();
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

    private void bind(Node node) {
        int position = schedule.position(node);
        if (poison) {
            planned.stream().filter(storage -> storage.born() == position).forEach(storage -> steps.add(Step.poison(storage)));
        }
        var scratch = scratches.get(node).stream().map(Storage::array).toList();
        for (var launch : node.operation().launches(node)) {
            if (launch.rows() > 0) {
                boolean fast = !twins.of(launch.kernel()).equals(launch.kernel().method());
                explanation.add(node, launch, fast, inputs(node), outputs(node), scratch);
                steps.add(Step.of(node, launch, fast, body(node, launch, bound(node, launch, scratch))));
                launches++;
            }
        }
        if (poison) {
            planned.stream().filter(storage -> storage.dies() == position).forEach(storage -> steps.add(Step.poison(storage)));
        }
    }

    private BoundLaunch bound(Node node, Launch launch, List<?> scratch) {
        return BoundLaunch.of(node, launch, twins.of(launch.kernel()), inputs(node), outputs(node), scratch);
    }

    private List<?> inputs(Node node) {
        return node.inputs().stream().map(input -> storage(input).array()).toList();
    }

    private List<?> outputs(Node node) {
        return node.outputs().stream().map(output -> storages.get(output).array()).toList();
    }

    private Runnable body(Node node, Launch launch, BoundLaunch bound) {
        int rows = launch.rows();
        int chunk = Chunks.of(node, launch, twins.of(launch.kernel()), pool.threads());
        if (chunk >= rows) {
            return () -> bound.run(0, rows);
        }
        WorkerPool.Task task = bound::run;
        return () -> pool.run(task, rows, chunk);
    }
}
