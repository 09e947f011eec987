package patchbay.engine.tornado;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import patchbay.tensor.KernelError;
import patchbay.tensor.Plan;
import patchbay.tensor.Profile;
import patchbay.tensor.UserError;
import patchbay.tensor.reference.ArrayProgram;

/**
 * A compiled graph as task graphs over arrays that stay on the device. In a run nothing is copied but inputs that were
 * written since the last one; an output is copied when it is read.
 */
final class TornadoProgram extends ArrayProgram {

    /** What a program runs on. */
    record Host(Tornado tornado, Device device, DeviceMemory memory, KernelClasses classes, GeneratedCode code, Forms forms,
            CompileWatch watch) {
        TaskGraphs graphs() {
            return tornado.graphs();
        }
    }

    private record Part(String name, Object graph, List<Step> steps) {

        String nameOf(Step step) {
            return name + "." + step.task().id();
        }

        /** Those that TornadoVM compiles. */
        List<Step> compiled() {
            return steps.stream().filter(step -> !step.task().isLibrary()).toList();
        }
    }

    private final Host host;
    /** Arrays whose values a run needs from outside: variables, inputs and constants. */
    private final List<Object> needed = new ArrayList<>();
    /** Arrays that a run changes for others to see: of variables and outputs. */
    private final List<Object> changed = new ArrayList<>();
    /** Arrays that are this program's own. */
    private final List<Object> own = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();
    private final Set<List<Object>> checked = new HashSet<>();
    private final KernelClasses.Lease classes;
    private final long number;
    private final Object frame;
    private final int launches;
    private final Plan plan;
    private Optional<TaskTimes> times = Optional.empty();
    private boolean closed;

    /**
     * @param variables arrays of variables
     * @param renewed arrays of variables that a run changes
     * @param computed arrays that need no values from outside
     * @throws UserError if there is no room, or TornadoVM cannot compile a kernel ({@link KernelError})
     */
    TornadoProgram(Host host, Map<String, Named> inputs, Map<String, Named> outputs, Set<Object> variables, Collection<?> renewed,
            Set<Object> computed, List<Step> steps, Plan plan) {
        super(inputs, outputs);
        this.host = host;
        this.plan = plan;
        this.launches = steps.size();
        this.classes = host.classes.lease();
        this.number = host.tornado.plan();
        this.frame = host.graphs().frame(number);
        var all = new IdentityHashMap<Object, Boolean>();
        steps.forEach(step -> step.task().arguments().stream().filter(argument -> !(argument instanceof Number))
                .forEach(array -> all.put(array, true)));
        for (var array : all.keySet()) {
            if (!computed.contains(array)) {
                needed.add(array);
            }
            if (!variables.contains(array)) {
                own.add(array);
            }
        }
        changed.addAll(renewed);
        outputs.values().forEach(output -> changed.add(output.array()));
        changed.removeIf(array -> !all.containsKey(array)); // a constant, say: it never changes
        host.memory.require(all.keySet());
        host.graphs().hurry(host.device, number);
        try {
            build(steps);
        } catch (RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    /** Compiles what differs, as graphs that never run, and then puts the program's graphs together from that. */
    private void build(List<Step> steps) {
        var distinct = new LinkedHashMap<List<Object>, Step>();
        steps.stream().filter(step -> !step.task().isLibrary()).forEach(step -> distinct.putIfAbsent(compiledInto(step.task()), step));
        var models = new HashMap<List<Object>, String>(); // full name of the task that is compiled
        var graphs = new HashMap<List<Object>, Object>();
        if (distinct.size() < steps.size()) {
            for (var part : cut("m", List.copyOf(distinct.values()))) {
                compile(part);
                part.steps.forEach(step -> models.put(compiledInto(step.task()), part.nameOf(step)));
                part.steps.forEach(step -> graphs.put(compiledInto(step.task()), part.graph));
            }
        }
        for (var part : cut("g", steps)) {
            for (var step : part.steps) {
                var key = compiledInto(step.task());
                if (models.containsKey(key)) {
                    host.graphs().share(host.device, number, graphs.get(key), models.get(key), part.graph, part.nameOf(step));
                }
            }
            compile(part);
            parts.add(part);
        }
    }

    /** The kernel and its numbers, which become a part of the code; arrays do not. */
    private static List<Object> compiledInto(Task task) {
        return Stream.concat(Stream.of(task.kernel()), task.arguments().stream().map(argument -> argument instanceof Number ? argument : "")).toList();
    }

    private List<Part> cut(String letter, List<Step> steps) {
        var cut = new ArrayList<Part>();
        int from = 0;
        for (var tasks : Cut.of(steps.stream().map(Step::task).toList())) {
            var those = List.copyOf(steps.subList(from, from + tasks.size()));
            from += tasks.size();
            var name = "p" + number + letter + cut.size();
            cut.add(new Part(name, graph(name, those), those));
        }
        return cut;
    }

    /** @throws KernelError that names the operation, the place and the kernel that TornadoVM cannot compile */
    private void compile(Part part) {
        try {
            host.watch.within(() -> {
                host.graphs().compile(part.graph, frame);
                return part;
            }, () -> part.compiled().stream().filter(step -> !host.graphs().isCompiled(host.device, number, part.graph, part.nameOf(step)))
                    .findFirst().orElseGet(part.steps::getLast).kernelOf());
        } catch (KernelError stuck) {
            throw stuck;
        } catch (RuntimeException | Error error) {
            throw host.code.refused(part.steps, part.steps.stream().map(part::nameOf).toList(), error);
        }
        for (var step : part.compiled()) {
            if (checked.add(compiledInto(step.task()))) {
                host.code.check(step, source(part, step));
            }
        }
    }

    private String source(Part part, Step step) {
        return host.graphs().source(host.device, number, part.graph, part.nameOf(step));
    }

    private Object graph(String name, List<Step> steps) {
        var buffers = new IdentityHashMap<Object, Object>();
        for (var step : steps) {
            step.task().arguments().stream().filter(argument -> !(argument instanceof Number))
                    .forEach(array -> buffers.computeIfAbsent(array, host.memory::state));
        }
        var tasks = steps.stream().map(Step::task).map(task -> task.isLibrary() ? task
                : new Task(task.id(), classes.of(task.kernel()), task.arguments(), task.groups())).toList();
        var adding = new AtomicInteger(-1); // TornadoVM reads its code already
        return host.watch.within(() -> host.graphs().graph(host.device, name, tasks, buffers, task -> {
            if (!task.isLibrary()) {
                host.classes.show(task.kernel().getDeclaringClass());
            }
            adding.incrementAndGet();
        }), () -> steps.get(Math.max(0, adding.get())).kernelOf());
    }

    @Override
    public void run() {
        if (closed) {
            throw new IllegalStateException("this program is closed");
        }
        times.ifPresentOrElse(this::runTimed, () -> {
            needed.forEach(host.memory::toDevice);
            runParts();
        });
        changed.forEach(host.memory::writtenOnDevice);
    }

    private void runTimed(TaskTimes times) {
        boolean tasks = times.taskTimesNext();
        host.graphs().profile(frame, tasks);
        long began = System.nanoTime();
        long bytes = host.memory.copiedIn();
        needed.forEach(host.memory::toDevice);
        long copied = System.nanoTime() - began;
        runParts();
        times.ran(System.nanoTime() - began, copied, host.memory.copiedIn() - bytes);
        if (tasks) {
            parts.forEach(part -> part.steps.forEach(step -> times.add(step, host.graphs().nanoseconds(part.graph, part.nameOf(step)))));
        }
    }

    /**
     * One program at a time, and none while another one's code is given up: TornadoVM takes that for the device's. All graphs are of one queue,
     * which keeps their order; so while the device is at one, the next is made ready.
     */
    private void runParts() {
        synchronized (host.tornado) {
            for (var part : parts) {
                attempt(part, () -> host.graphs().start(part.graph, frame));
            }
            parts.reversed().stream().findFirst().ifPresent(last -> attempt(last, () -> host.graphs().await(last.graph)));
        }
    }

    private static void attempt(Part part, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException error) {
            throw new IllegalStateException("engine tornado: " + firstLine(error) + " in one of "
                    + part.steps.stream().map(Step::kernel).distinct().toList(), error);
        }
    }

    /** What TornadoVM says, without colours and the trace that it puts into its messages. */
    private static String firstLine(Throwable error) {
        return String.valueOf(error.getMessage()).replaceAll("\u001B\\[[0-9;]*m", "").lines().map(String::strip).filter(line -> !line.isEmpty())
                .reduce((first, last) -> last).orElseGet(error::toString);
    }

    @Override
    protected void written(Object array) {
        host.memory.writtenOnHost(array);
    }

    @Override
    protected void toRead(Object array) {
        host.memory.toHost(array);
    }

    @Override
    public int launches() {
        return launches;
    }

    /** Task graphs that a run consists of. */
    int graphs() {
        return parts.size();
    }

    @Override
    public long memory() {
        return plan.memory();
    }

    @Override
    public Optional<Plan> plan() {
        return Optional.of(plan.with(compiled().toList()));
    }

    private Stream<Plan.Compiled> compiled() {
        return parts.stream().flatMap(part -> part.steps.stream().filter(step -> !step.isCopy()).map(step -> {
            var name = part.nameOf(step);
            var grid = step.task().groups().map(groups -> List.of(groups.threads())).orElseGet(() -> host.graphs().grid(part.graph, name));
            return new Plan.Compiled(name, grid, source(part, step));
        }));
    }

    @Override
    public void profile(boolean on) {
        host.graphs().profile(frame, false);
        times = on ? Optional.of(new TaskTimes()) : Optional.empty();
    }

    @Override
    public Optional<Profile> profile() {
        return times.map(TaskTimes::profile);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (!host.watch.isStuck()) { // else the compiler may be at work for this very program
                synchronized (host.tornado) {
                    host.graphs().close(host.device, number);
                }
            }
            host.memory.release(own);
            classes.close();
            parts.clear();
            own.clear();
            needed.clear();
            changed.clear();
            forget();
        }
    }
}
