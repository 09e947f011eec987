package patchbay.engine.cpu;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import patchbay.tensor.Graph;
import patchbay.tensor.Node;
import patchbay.tensor.fusion.FusedKernels;
import patchbay.tensor.reference.ArrayProgram;
import patchbay.tensor.reference.ArrayVariables;
import patchbay.tensor.reference.BoundLaunch;
import patchbay.tensor.schedule.Explanation;
import patchbay.tensor.schedule.Placement;
import patchbay.tensor.schedule.Schedule;

/** Turns a graph into the steps of a {@link CpuProgram}: binds the kernels to the arrays in which the tensors lie. */
final class Compiler {

    private final Graph graph;
    private final Twins twins;
    private final WorkerPool pool;
    private final boolean poison;

    private final Schedule schedule;
    private final Placement placement;
    private final List<Step> steps = new ArrayList<>();
    private final Explanation explanation = new Explanation();
    private final Together together;
    private final Keeping keeping;
    /** How often they have changed, by the arrays of variables that this graph leaves as they are. */
    private final Map<Object, AtomicLong> unchanged = new IdentityHashMap<>();
    /** The same of those that it renews. */
    private final List<AtomicLong> renewed;
    /** What the program keeps from run to run. */
    private final Set<Kept> kept = new HashSet<>();
    private int launches;

    Compiler(Graph graph, ArrayVariables variables, Twins twins, WorkerPool pool, boolean poison,
            Optional<FusedKernels> fusion, Keeping keeping) {
        this.graph = graph;
        this.twins = twins;
        this.pool = pool;
        this.poison = poison;
        this.together = new Together(pool);
        this.keeping = keeping;
        this.renewed = variables.renewedBy(graph);
        graph.variables().keySet().forEach(name -> unchanged.put(variables.array(name), variables.changes(name)));
        unchanged.values().removeAll(renewed);
        this.schedule = new Schedule(graph, fusion);
        this.placement = new Placement(graph, schedule, variables, (node, launch, inputs, outputs, scratch) ->
                BoundLaunch.of(node, launch, twins.of(launch.kernel()), inputs, outputs, scratch).run(0, launch.rows()));
    }

    CpuProgram compile() {
        placement.before().forEach(copy -> steps.add(Step.copy(copy)));
        schedule.order().forEach(this::bind);
        placement.after().forEach(copy -> steps.add(Step.copy(copy)));
        var inputs = new LinkedHashMap<String, ArrayProgram.Named>();
        graph.inputs().forEach((name, tensor) -> inputs.put(name, new ArrayProgram.Named(tensor.type(), placement.array(tensor))));
        var outputs = new LinkedHashMap<String, ArrayProgram.Named>();
        graph.outputs().forEach((name, tensor) -> outputs.put(name, new ArrayProgram.Named(tensor.type(), placement.kept(tensor))));
        long memory = placement.memory() + together.memory() + kept.stream().mapToLong(Kept::memory).sum();
        return new CpuProgram(inputs, outputs, steps, renewed, pool, launches, explanation.plan(memory));
    }

    private void bind(Node node) {
        int position = schedule.position(node);
        if (poison) {
            placement.planned().stream().filter(storage -> storage.born() == position).forEach(storage -> steps.add(Step.poison(storage)));
        }
        var inputs = placement.inputs(node);
        var outputs = placement.outputs(node);
        var scratch = placement.scratch(node);
        for (var launch : node.operation().coarseLaunches(node)) {
            if (launch.rows() > 0) {
                var kernel = twins.of(launch.kernel());
                boolean fast = !kernel.equals(launch.kernel().method());
                explanation.add(node, launch, fast, inputs, outputs, scratch);
                var bound = BoundLaunch.of(node, launch, kernel, inputs, outputs, scratch);
                var body = body(bound, kernel, BoundLaunch.arguments(launch, inputs, outputs, scratch));
                steps.add(Step.of(node, launch, fast, body));
                launches++;
            }
        }
        if (poison) {
            placement.planned().stream().filter(storage -> storage.dies() == position).forEach(storage -> steps.add(Step.poison(storage)));
        }
    }

    /** @param arguments of {@code kernel}, which runs for the launch */
    private Runnable body(BoundLaunch bound, Method kernel, Object[] arguments) {
        int rows = bound.launch().rows();
        int chunk = Chunks.of(bound.node(), bound.launch(), kernel, pool.threads());
        var prepared = prepared(kernel, arguments);
        var keeps = prepared.filter(Prepared::isWorthKeeping).flatMap(Prepared::preparation).flatMap(this::kept);
        if (keeps.isPresent()) {
            return body(prepared.get(), keeps.get(), rows, Chunks.finer(chunk));
        }
        if (chunk >= rows) {
            return () -> bound.run(0, rows);
        }
        if (prepared.filter(together::suits).isPresent()) {
            return together.body(prepared.get(), rows, Chunks.finer(chunk));
        }
        WorkerPool.Task task = bound::run;
        return () -> pool.run(task, rows, chunk);
    }

    private static Optional<Prepared> prepared(Method kernel, Object[] arguments) {
        var coarse = kernel.getAnnotation(Coarse.class);
        if (coarse == null || coarse.by().length == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of((Prepared) coarse.by()[0].getConstructors()[0].newInstance(arguments));
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException("preparing " + kernel, error);
        }
    }

    /** Keeps what is prepared of a variable that this graph leaves as it is. */
    private Optional<Kept> kept(Preparation preparation) {
        var changes = Optional.ofNullable(unchanged.get(preparation.source()));
        var found = changes.flatMap(counted -> keeping.of(preparation, counted));
        found.ifPresent(kept::add);
        return found;
    }

    /** @param chunk rows at a time */
    private Runnable body(Prepared launch, Kept kept, int rows, int chunk) {
        WorkerPool.Task compute = (first, count) -> launch.compute(kept.space(), first, count);
        return () -> {
            kept.renew(pool);
            pool.run(compute, rows, chunk);
        };
    }
}
