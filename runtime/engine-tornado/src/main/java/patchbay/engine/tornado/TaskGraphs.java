package patchbay.engine.tornado;

import static patchbay.engine.tornado.Binding.call;
import static patchbay.engine.tornado.Binding.constant;
import static patchbay.engine.tornado.Binding.constructor;
import static patchbay.engine.tornado.Binding.field;
import static patchbay.engine.tornado.Binding.get;
import static patchbay.engine.tornado.Binding.method;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TornadoVM's task graphs and their code. Below the public interface lies what lets a graph run a {@link Method} as it is
 * and find its arrays on the device already: a task of any number of arguments, and a buffer that several graphs share. A
 * graph is one of TornadoVM's {@code TornadoTaskGraph}s; graphs of one plan number run on one command queue.
 */
final class TaskGraphs {

    private static final Logger LOG = LoggerFactory.getLogger(TaskGraphs.class);

    /**
     * Of OpenCL's compiler: products may be added without rounding, but there are infinities, NaN and −0, which TornadoVM's own
     * choice denies; and NaN has the name that TornadoVM gives it.
     */
    private static final String COMPILER_FLAGS = "-cl-mad-enable -w -DNaNF=NAN -DNaN=NAN";

    // Graphs
    private final MethodHandle getDeviceContext;
    private final MethodHandle setResetToFalse;
    private final MethodHandle resetContext;
    private final Object readWrite;
    private final MethodHandle getXpuBuffer;
    private final MethodHandle setXpuBuffer;
    private final MethodHandle setLockBuffer;
    private final MethodHandle setContents;
    private final MethodHandle newGraph;
    private final MethodHandle meta;
    private final MethodHandle setDevice;
    private final MethodHandle newTask;
    private final MethodHandle newLibraryTask;
    private final MethodHandle addInner;
    private final MethodHandle transferToDevice;
    private final Field executionContext;
    private final MethodHandle getLocalStateObject;
    private final MethodHandle getDataObjectState;
    private final MethodHandle getDeviceBufferState;
    private final MethodHandle newContext;
    private final MethodHandle newScheduler;
    private final MethodHandle newGrid;
    private final MethodHandle setLocalWork;
    private final MethodHandle addGrid;
    private final MethodHandle withGridScheduler;
    private final MethodHandle withCompilerFlags;
    private final Object openCl;
    private final MethodHandle newFrame;
    private final MethodHandle withPreCompilation;
    private final MethodHandle execute;
    private final MethodHandle waitOn;

    // Code
    private final MethodHandle getTask;
    private final MethodHandle getCodeFromCache;
    private final MethodHandle getTaskName;
    private final MethodHandle taskMeta;
    private final MethodHandle getDomain;
    private final MethodHandle setDomain;
    private final MethodHandle getDepth;
    private final MethodHandle getDimension;
    private final MethodHandle cardinality;
    private final MethodHandle getTornadoCore;
    private final MethodHandle resolveMethod;
    private final Field sketches;

    // Profiler
    private final MethodHandle setProfilerMode;
    private final MethodHandle setProfilerOff;
    private final Object silent;
    private final Field timeProfiler;
    private final MethodHandle getTaskTimer;
    private final MethodHandle getTimer;
    private final Object taskKernelTime;
    private final Object copyInTime;
    private final Object copyOutTime;

    /** @throws ReflectiveOperationException if one of the names is not there */
    TaskGraphs(Binding names) throws ReflectiveOperationException {
        var device = names.type("api.common.TornadoDevice");
        var context = names.type("api.TornadoDeviceContext");
        var access = names.type("api.common.Access");
        var anyState = names.type("api.memory.DeviceBufferState");
        getDeviceContext = method(device, "getDeviceContext");
        setResetToFalse = method(context, "setResetToFalse");
        resetContext = method(context, "reset", long.class);
        readWrite = constant(access, "READ_WRITE");
        getXpuBuffer = method(anyState, "getXPUBuffer");
        setXpuBuffer = method(anyState, "setXPUBuffer", names.type("api.memory.XPUBuffer"));
        setLockBuffer = method(names.type("runtime.common.XPUDeviceBufferState"), "setLockBuffer", boolean.class);
        setContents = method(anyState, "setContents", boolean.class);

        var graph = names.type("runtime.tasks.TornadoTaskGraph");
        var anyTask = names.type("api.common.SchedulableTask");
        var task = names.type("runtime.tasks.CompilableTask");
        var scheduleContext = names.type("runtime.tasks.meta.ScheduleContext");
        var graphContext = names.type("runtime.graph.TornadoExecutionContext");
        var localState = names.type("runtime.tasks.LocalObjectState");
        var frame = names.type("api.runtime.ExecutorFrame");
        newGraph = constructor(graph, String.class);
        meta = method(graph, "meta");
        setDevice = method(graph, "setDevice", device);
        newTask = constructor(task, scheduleContext, String.class, Method.class, Object[].class);
        newLibraryTask = constructor(names.type("runtime.tasks.LibraryTask"), scheduleContext, String.class, names.type("api.common.LibraryTaskDescriptor"));
        addInner = method(graph, "addInner", anyTask);
        transferToDevice = method(graph, "transferToDevice", int.class, Object[].class);
        executionContext = field(graph, "executionContext");
        getLocalStateObject = method(graphContext, "getLocalStateObject", Object.class, access);
        getDataObjectState = method(localState, "getDataObjectState");
        getDeviceBufferState = method(names.type("runtime.tasks.DataObjectState"), "getDeviceBufferState", device);
        var scheduler = names.type("api.GridScheduler");
        var grid = names.type("api.WorkerGrid1D");
        newContext = constructor(names.type("api.KernelContext"));
        newScheduler = constructor(scheduler);
        newGrid = constructor(grid, int.class);
        setLocalWork = method(grid, "setLocalWork", long.class, long.class, long.class);
        addGrid = method(scheduler, "addWorkerGrid", String.class, names.type("api.WorkerGrid"));
        withGridScheduler = method(graph, "withGridScheduler", scheduler);
        var backend = names.type("api.enums.TornadoVMBackendType");
        withCompilerFlags = method(graph, "withCompilerFlags", backend, String.class);
        openCl = constant(backend, "OPENCL");
        newFrame = constructor(frame, long.class);
        withPreCompilation = method(graph, "withPreCompilation", frame);
        execute = method(graph, "execute", frame);
        waitOn = method(graph, "waitOn");

        getTask = method(graph, "getTask", String.class);
        getTaskName = method(anyTask, "getTaskName");
        taskMeta = method(task, "meta");
        var taskContext = names.type("runtime.tasks.meta.TaskDataContext");
        getDomain = method(taskContext, "getDomain");
        var domain = names.type("runtime.domain.DomainTree");
        setDomain = method(taskContext, "setDomain", domain);
        getDepth = method(domain, "getDepth");
        getDimension = method(domain, "get", int.class);
        cardinality = method(names.type("runtime.domain.Domain"), "cardinality");
        getCodeFromCache = method(names.type("runtime.common.TornadoXPUDevice"), "getCodeFromCache", long.class, anyTask);
        var core = names.type("runtime.TornadoCoreRuntime");
        getTornadoCore = method(core, "getTornadoRuntime");
        resolveMethod = method(core, "resolveMethod", Method.class);
        sketches = field(names.type("runtime.sketcher.TornadoSketcher"), "cache");

        var mode = names.type("api.enums.ProfilerMode");
        var timers = names.type("api.profiler.ProfilerType");
        var profiler = names.type("api.profiler.TornadoProfiler");
        setProfilerMode = method(frame, "setProfilerMode", mode);
        setProfilerOff = method(frame, "setProfilerOff");
        silent = constant(mode, "SILENT");
        timeProfiler = field(graph, "timeProfiler");
        getTaskTimer = method(profiler, "getTaskTimer", timers, String.class);
        getTimer = method(profiler, "getTimer", timers);
        taskKernelTime = constant(timers, "TASK_KERNEL_TIME");
        copyInTime = constant(timers, "COPY_IN_TIME");
        copyOutTime = constant(timers, "COPY_OUT_TIME");
    }

    private Object context(Device device) {
        return call(getDeviceContext, device.handle());
    }

    /**
     * A graph of {@code tasks}, one after the other.
     *
     * @param buffers the state of every array that they touch
     * @param before called before each task is added, which is when its kernel's class file is read
     */
    Object graph(Device device, String name, List<Task> tasks, Map<Object, Object> buffers, Consumer<Task> before) {
        var graph = call(newGraph, name);
        call(setDevice, graph, device.handle());
        call(withCompilerFlags, graph, openCl, COMPILER_FLAGS);
        call(transferToDevice, graph, 0, buffers.keySet().toArray());
        for (var task : tasks) {
            before.accept(task);
            var arguments = new ArrayList<Object>(task.arguments());
            task.groups().ifPresent(_ -> arguments.addFirst(call(newContext)));
            call(addInner, graph, task.isLibrary() ? call(newLibraryTask, call(meta, graph), task.id(), described(task))
                    : call(newTask, call(meta, graph), task.id(), task.kernel(), arguments.toArray()));
        }
        group(graph, name, tasks);
        var context = get(executionContext, graph);
        buffers.forEach((array, state) -> {
            var here = call(getDeviceBufferState, call(getDataObjectState, call(getLocalStateObject, context, array, readWrite)),
                    device.handle());
            call(setXpuBuffer, here, call(getXpuBuffer, state));
            call(setLockBuffer, here, true);
            call(setContents, here, true);
        });
        return graph;
    }

    private static Object described(Task task) {
        try {
            return task.kernel().invoke(null, task.arguments().toArray());
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(task.kernel() + ": " + error, error);
        }
    }

    private void group(Object graph, String name, List<Task> tasks) {
        if (tasks.stream().anyMatch(task -> task.groups().isPresent())) {
            var scheduler = call(newScheduler);
            for (var task : tasks) {
                task.groups().ifPresent(groups -> {
                    var grid = call(newGrid, groups.threads());
                    call(setLocalWork, grid, (long) groups.size(), 1L, 1L);
                    call(addGrid, scheduler, name + "." + task.id(), grid);
                });
            }
            call(withGridScheduler, graph, scheduler);
        }
    }

    /**
     * Lets a task run the code of an equal one that is compiled already: TornadoVM would compile each again.
     * Where its backend keeps code in another way nothing happens.
     *
     * @param fromTask of a compiled graph
     * @param toTask of a graph of the same plan that is not compiled yet
     */
    void share(Device device, long plan, Object from, String fromTask, Object to, String toTask) {
        try {
            var context = context(device);
            var plans = (Map<?, ?>) get(field(context.getClass(), "codeCache"), context);
            var caches = plans.get(plan);
            @SuppressWarnings("unchecked")
            var codes = (Map<String, Object>) get(field(caches.getClass(), "cache"), caches);
            var compiled = call(getTask, from, fromTask);
            var task = call(getTask, to, toTask);
            var method = "-" + call(getTaskName, task);
            codes.put(toTask + method, codes.get(fromTask + method));
            var grid = call(getDomain, call(taskMeta, compiled));
            if (grid != null) { // else it is one thread
                call(setDomain, call(taskMeta, task), grid);
            }
        } catch (NoSuchFieldException | InaccessibleObjectException otherwise) { // another backend, or one that is not opened to this
            LOG.debug("code is not shared among equal tasks: {}", otherwise.getMessage());
        } catch (ReflectiveOperationException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Lets launches of a plan follow one another without waiting, where that can be had. */
    boolean hurry(Device device, long plan) {
        return LaunchFrames.install(context(device), plan);
    }

    /** What a run of a plan's graphs is told: its number, and whether it is profiled. */
    Object frame(long plan) {
        return call(newFrame, plan);
    }

    void profile(Object frame, boolean on) {
        if (on) {
            call(setProfilerMode, frame, silent);
        } else {
            call(setProfilerOff, frame);
        }
    }

    /** Compiles every task of {@code graph}. */
    void compile(Object graph, Object frame) {
        call(withPreCompilation, graph, frame);
    }

    /** Whether there is code for a task of {@code graph} already. */
    boolean isCompiled(Device device, long plan, Object graph, String task) {
        return call(getCodeFromCache, device.handle(), plan, call(getTask, graph, task)) != null;
    }

    /** Has {@code graph} run after those of its plan that were started before. */
    void start(Object graph, Object frame) {
        call(execute, graph, frame);
    }

    /** Waits for {@code graph} and all that was started before it. */
    void await(Object graph) {
        call(waitOn, graph);
    }

    /** Nanoseconds on the device of a task in the last, profiled run of {@code graph}. */
    long nanoseconds(Object graph, String task) {
        return (long) call(getTaskTimer, get(timeProfiler, graph), taskKernelTime, task);
    }

    /** Nanoseconds of the copies to and from the device in the last, profiled run of {@code graph}. */
    long copying(Object graph) {
        var profiler = get(timeProfiler, graph);
        return (long) call(getTimer, profiler, copyInTime) + (long) call(getTimer, profiler, copyOutTime);
    }

    /** The code that was generated for a task of a compiled graph, in the backend's language. */
    String source(Device device, long plan, Object graph, String task) {
        var code = call(getCodeFromCache, device.handle(), plan, call(getTask, graph, task));
        if (code == null) {
            return ""; // of a library
        }
        try {
            return (String) code.getClass().getMethod("getGeneratedSourceCode").invoke(code);
        } catch (NoSuchMethodException | IllegalAccessException other) {
            return "";
        } catch (InvocationTargetException error) {
            throw new IllegalStateException(error.getCause());
        }
    }

    /** Threads of a task of a compiled graph in each dimension; none where it is a single one. */
    List<Integer> grid(Object graph, String task) {
        var domain = call(getDomain, call(taskMeta, call(getTask, graph, task)));
        return domain == null ? List.of() : IntStream.range(0, (int) call(getDepth, domain))
                .mapToObj(dimension -> (Integer) call(cardinality, call(getDimension, domain, dimension))).toList();
    }

    /** Frees what the graphs of a plan hold but their buffers, which the caller allocated. */
    void close(Device device, long plan) {
        call(resetContext, context(device), plan);
        // the reset is remembered for the whole device, and a compiled graph of another plan would refuse to run
        call(setResetToFalse, context(device));
    }

    /** Forgets what it keeps of the methods of {@code owner}, for ever otherwise, and with them the class's loader. */
    void forget(Class<?> owner) {
        var core = call(getTornadoCore);
        var cache = (Map<?, ?>) get(sketches, null);
        for (var method : owner.getDeclaredMethods()) {
            cache.remove(call(resolveMethod, core, method));
        }
    }
}
