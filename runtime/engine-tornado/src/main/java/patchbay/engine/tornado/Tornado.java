package patchbay.engine.tornado;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TornadoVM, bound by name when the engine starts: nothing of it is needed to compile this module. The only place that
 * knows its names; they are those of version 5.2.
 *
 * <p>Of its public interface the task graph and the device are used, and below it what lets a graph run a {@link Method} as
 * it is and find its arrays on the device already: a task of any number of arguments, and a buffer that several graphs
 * share. A graph is one of TornadoVM's {@code TornadoTaskGraph}s; graphs of one plan number run on one command queue.
 */
final class Tornado {

    private static final String ROOT = "uk.ac.manchester.tornado.";
    /** Numbers of plans; no other part of the process makes any. */
    private static final AtomicLong PLANS = new AtomicLong();

    private static final Logger LOG = LoggerFactory.getLogger(Tornado.class);

    private final ClassLoader loader;

    // Devices
    private final MethodHandle getTornadoRuntime;
    private final MethodHandle getNumBackends;
    private final MethodHandle getBackend;
    private final MethodHandle getNumDevices;
    private final MethodHandle getDevice;
    private final MethodHandle getTornadoVMBackend;
    private final MethodHandle getDeviceType;
    private final MethodHandle getPhysicalDevice;
    private final MethodHandle getPhysicalName;
    private final MethodHandle getMaxGlobalMemory;
    private final MethodHandle getMaxAllocMemory;
    private final MethodHandle getDeviceContext;
    private final MethodHandle setResetToFalse;
    private final MethodHandle resetContext;
    private final Field currentMemoryAvailable;

    // Buffers
    private final Object readWrite;
    private final MethodHandle newState;
    private final MethodHandle allocate;
    private final MethodHandle deallocate;
    private final MethodHandle releaseFree;
    private final MethodHandle getXpuBuffer;
    private final MethodHandle setXpuBuffer;
    private final MethodHandle setLockBuffer;
    private final MethodHandle setContents;
    private final MethodHandle writeBuffer;
    private final MethodHandle readBuffer;

    // Graphs
    private final MethodHandle newGraph;
    private final MethodHandle meta;
    private final MethodHandle setDevice;
    private final MethodHandle newTask;
    private final MethodHandle addInner;
    private final MethodHandle transferToDevice;
    private final Field executionContext;
    private final MethodHandle getLocalStateObject;
    private final MethodHandle getDataObjectState;
    private final MethodHandle getDeviceBufferState;
    private final MethodHandle newFrame;
    private final MethodHandle withPreCompilation;
    private final MethodHandle execute;
    private final MethodHandle waitOn;
    private final MethodHandle freeDeviceMemory;

    // Code
    private final MethodHandle getTask;
    private final MethodHandle getCodeFromCache;
    private final MethodHandle getTaskName;
    private final MethodHandle taskMeta;
    private final MethodHandle getDomain;
    private final MethodHandle setDomain;
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

    /**
     * @param loader that sees TornadoVM's classes
     * @throws Unavailable if it does not, or one of them is not as it should be
     */
    Tornado(ClassLoader loader) throws Unavailable {
        this.loader = loader;
        try {
            var runtimeProvider = type("api.runtime.TornadoRuntimeProvider");
            var runtime = type("api.TornadoRuntime");
            var backend = type("api.TornadoBackend");
            var device = type("api.common.TornadoDevice");
            var physical = type("api.TornadoTargetDevice");
            var context = type("api.TornadoDeviceContext");
            var access = type("api.common.Access");
            getTornadoRuntime = method(runtimeProvider, "getTornadoRuntime");
            getNumBackends = method(runtime, "getNumBackends");
            getBackend = method(runtime, "getBackend", int.class);
            getNumDevices = method(backend, "getNumDevices");
            getDevice = method(backend, "getDevice", int.class);
            getTornadoVMBackend = method(device, "getTornadoVMBackend");
            getDeviceType = method(device, "getDeviceType");
            getPhysicalDevice = method(device, "getPhysicalDevice");
            getPhysicalName = method(physical, "getDeviceName");
            getMaxGlobalMemory = method(device, "getMaxGlobalMemory");
            getMaxAllocMemory = method(device, "getMaxAllocMemory");
            getDeviceContext = method(device, "getDeviceContext");
            setResetToFalse = method(context, "setResetToFalse");
            resetContext = method(context, "reset", long.class);
            var bufferProvider = type("drivers.common.TornadoBufferProvider");
            currentMemoryAvailable = field(bufferProvider, "currentMemoryAvailable");

            var anyState = type("api.memory.DeviceBufferState");
            var state = type("runtime.common.XPUDeviceBufferState");
            var buffer = type("api.memory.XPUBuffer");
            readWrite = constant(access, "READ_WRITE");
            newState = constructor(state);
            allocate = method(device, "allocate", Object.class, long.class, anyState, access);
            deallocate = method(device, "deallocate", anyState);
            releaseFree = method(bufferProvider, "deallocate", access);
            getXpuBuffer = method(anyState, "getXPUBuffer");
            setXpuBuffer = method(anyState, "setXPUBuffer", buffer);
            setLockBuffer = method(state, "setLockBuffer", boolean.class);
            setContents = method(anyState, "setContents", boolean.class);
            writeBuffer = method(buffer, "write", long.class, Object.class);
            readBuffer = method(buffer, "read", long.class, Object.class);

            var graph = type("runtime.tasks.TornadoTaskGraph");
            var anyTask = type("api.common.SchedulableTask");
            var task = type("runtime.tasks.CompilableTask");
            var scheduleContext = type("runtime.tasks.meta.ScheduleContext");
            var graphContext = type("runtime.graph.TornadoExecutionContext");
            var localState = type("runtime.tasks.LocalObjectState");
            var frame = type("api.runtime.ExecutorFrame");
            newGraph = constructor(graph, String.class);
            meta = method(graph, "meta");
            setDevice = method(graph, "setDevice", device);
            newTask = constructor(task, scheduleContext, String.class, Method.class, Object[].class);
            addInner = method(graph, "addInner", anyTask);
            transferToDevice = method(graph, "transferToDevice", int.class, Object[].class);
            executionContext = field(graph, "executionContext");
            getLocalStateObject = method(graphContext, "getLocalStateObject", Object.class, access);
            getDataObjectState = method(localState, "getDataObjectState");
            getDeviceBufferState = method(type("runtime.tasks.DataObjectState"), "getDeviceBufferState", device);
            newFrame = constructor(frame, long.class);
            withPreCompilation = method(graph, "withPreCompilation", frame);
            execute = method(graph, "execute", frame);
            waitOn = method(graph, "waitOn");
            freeDeviceMemory = method(graph, "freeDeviceMemory");

            getTask = method(graph, "getTask", String.class);
            getTaskName = method(anyTask, "getTaskName");
            taskMeta = method(task, "meta");
            var taskContext = type("runtime.tasks.meta.TaskDataContext");
            getDomain = method(taskContext, "getDomain");
            setDomain = method(taskContext, "setDomain", type("runtime.domain.DomainTree"));
            getCodeFromCache = method(type("runtime.common.TornadoXPUDevice"), "getCodeFromCache", long.class, anyTask);
            var core = type("runtime.TornadoCoreRuntime");
            getTornadoCore = method(core, "getTornadoRuntime");
            resolveMethod = method(core, "resolveMethod", Method.class);
            sketches = field(type("runtime.sketcher.TornadoSketcher"), "cache");

            var mode = type("api.enums.ProfilerMode");
            var timers = type("api.profiler.ProfilerType");
            var profiler = type("api.profiler.TornadoProfiler");
            setProfilerMode = method(frame, "setProfilerMode", mode);
            setProfilerOff = method(frame, "setProfilerOff");
            silent = constant(mode, "SILENT");
            timeProfiler = field(graph, "timeProfiler");
            getTaskTimer = method(profiler, "getTaskTimer", timers, String.class);
            getTimer = method(profiler, "getTimer", timers);
            taskKernelTime = constant(timers, "TASK_KERNEL_TIME");
            copyInTime = constant(timers, "COPY_IN_TIME");
            copyOutTime = constant(timers, "COPY_OUT_TIME");
        } catch (ClassNotFoundException absent) {
            throw new Unavailable("the JVM was started without TornadoVM's modules (no " + absent.getMessage()
                    + "); ./patchbay adds them where TORNADOVM_HOME is set", absent);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError other) {
            throw new Unavailable("this TornadoVM is not the one that the engine knows: " + other.getMessage(), other);
        }
    }

    private Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(ROOT + name, false, loader);
    }

    private static MethodHandle method(Class<?> owner, String name, Class<?>... parameters) throws ReflectiveOperationException {
        var method = owner.getMethod(name, parameters);
        open(method);
        return spread(MethodHandles.lookup().unreflect(method));
    }

    private static MethodHandle constructor(Class<?> owner, Class<?>... parameters) throws ReflectiveOperationException {
        var constructor = owner.getConstructor(parameters);
        open(constructor);
        return spread(MethodHandles.lookup().unreflectConstructor(constructor));
    }

    /** One array of arguments, whatever they are: {@code (Object[]) → Object}. */
    private static MethodHandle spread(MethodHandle handle) {
        var fixed = handle.asFixedArity();
        return fixed.asType(fixed.type().generic()).asSpreader(Object[].class, fixed.type().parameterCount());
    }

    private static Field field(Class<?> owner, String name) throws ReflectiveOperationException {
        var field = owner.getDeclaredField(name);
        open(field);
        return field;
    }

    private static void open(AccessibleObject member) {
        member.setAccessible(true);
    }

    private static Object constant(Class<?> type, String name) throws ReflectiveOperationException {
        return Arrays.stream(type.getEnumConstants()).filter(each -> ((Enum<?>) each).name().equals(name)).findFirst()
                .orElseThrow(() -> new NoSuchFieldException(type.getName() + "." + name));
    }

    private static Object call(MethodHandle handle, Object... arguments) {
        try {
            return (Object) handle.invokeExact(arguments);
        } catch (RuntimeException | Error error) {
            throw error;
        } catch (Throwable error) {
            throw new IllegalStateException(error);
        }
    }

    private static Object get(Field field, Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** All devices of all backends, in TornadoVM's order. */
    List<Device> devices() {
        var found = new ArrayList<Device>();
        var runtime = call(getTornadoRuntime);
        int backends = (int) call(getNumBackends, runtime);
        for (int b = 0; b < backends; b++) {
            var backend = call(getBackend, runtime, b);
            int devices = (int) call(getNumDevices, backend);
            for (int d = 0; d < devices; d++) {
                found.add(device(b + ":" + d, call(getDevice, backend, d)));
            }
        }
        return found;
    }

    private Device device(String index, Object handle) {
        var name = (String) call(getPhysicalName, call(getPhysicalDevice, handle));
        var kind = call(getDeviceType, handle).toString().replace("CL_DEVICE_TYPE_", "");
        return new Device(index, name, kind, call(getTornadoVMBackend, handle).toString(),
                (long) call(getMaxGlobalMemory, handle), (long) call(getMaxAllocMemory, handle), handle);
    }

    private Object context(Device device) {
        return call(getDeviceContext, device.handle());
    }

    /** By the name alone: each backend has an interface of its own for it. */
    private Object bufferProvider(Device device) {
        var context = context(device);
        try {
            return context.getClass().getMethod("getBufferProvider").invoke(context);
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException("device " + device.index() + ": " + error, error);
        }
    }

    /** Lets arrays take {@code bytes} of the device's memory; TornadoVM's own limit is a property of the process. */
    void allow(Device device, long bytes) {
        try {
            currentMemoryAvailable.setLong(bufferProvider(device), bytes);
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The number of a new plan. */
    long plan() {
        return PLANS.incrementAndGet();
    }

    /** Room on the device for {@code array}, with undefined content. */
    Object allocate(Device device, Object array) {
        var state = call(newState);
        call(allocate, device.handle(), array, 0L, state, readWrite);
        return state;
    }

    void free(Device device, Object state) {
        call(setLockBuffer, state, false);
        call(deallocate, device.handle(), state);
        call(releaseFree, bufferProvider(device), readWrite);
    }

    /** Copies {@code array} to the device and waits until it is there. */
    void write(long plan, Object array, Object state) {
        call(writeBuffer, call(getXpuBuffer, state), plan, array);
    }

    /** Copies what is on the device into {@code array} and waits for it. */
    void read(long plan, Object array, Object state) {
        call(readBuffer, call(getXpuBuffer, state), plan, array);
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
        call(transferToDevice, graph, 0, buffers.keySet().toArray());
        for (var task : tasks) {
            before.accept(task);
            call(addInner, graph, call(newTask, call(meta, graph), task.id(), task.kernel(), task.arguments().toArray()));
        }
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

    /** Runs {@code graph} and waits for it. */
    void run(Object graph, Object frame) {
        call(execute, graph, frame);
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
        try {
            return (String) code.getClass().getMethod("getGeneratedSourceCode").invoke(code);
        } catch (NoSuchMethodException | IllegalAccessException other) {
            return "";
        } catch (InvocationTargetException error) {
            throw new IllegalStateException(error.getCause());
        }
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
