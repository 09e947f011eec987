package patchbay.engine.tornado;

import static patchbay.engine.tornado.Binding.call;
import static patchbay.engine.tornado.Binding.constant;
import static patchbay.engine.tornado.Binding.constructor;
import static patchbay.engine.tornado.Binding.field;
import static patchbay.engine.tornado.Binding.method;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * TornadoVM, bound by name when the engine starts: nothing of it is needed to compile this module. This class, of its devices
 * and buffers, and {@link TaskGraphs} are the only places that know its names; they are those of version 5.2.
 */
final class Tornado {

    private static final String ROOT = "uk.ac.manchester.tornado.";
    /** Numbers of plans; no other part of the process makes any. */
    private static final AtomicLong PLANS = new AtomicLong();

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
    private final Field currentMemoryAvailable;

    // Buffers
    private final Object readWrite;
    private final MethodHandle newState;
    private final MethodHandle allocate;
    private final MethodHandle deallocate;
    private final MethodHandle releaseFree;
    private final MethodHandle getXpuBuffer;
    private final MethodHandle setLockBuffer;
    private final MethodHandle writeBuffer;
    private final MethodHandle readBuffer;

    private final TaskGraphs graphs;

    /**
     * @param loader that sees TornadoVM's classes
     * @throws Unavailable if it does not, or one of them is not as it should be
     */
    Tornado(ClassLoader loader) throws Unavailable {
        var names = new Binding(loader, ROOT);
        try {
            var runtimeProvider = names.type("api.runtime.TornadoRuntimeProvider");
            var runtime = names.type("api.TornadoRuntime");
            var backend = names.type("api.TornadoBackend");
            var device = names.type("api.common.TornadoDevice");
            var physical = names.type("api.TornadoTargetDevice");
            var access = names.type("api.common.Access");
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
            var bufferProvider = names.type("drivers.common.TornadoBufferProvider");
            currentMemoryAvailable = field(bufferProvider, "currentMemoryAvailable");

            var anyState = names.type("api.memory.DeviceBufferState");
            var state = names.type("runtime.common.XPUDeviceBufferState");
            var buffer = names.type("api.memory.XPUBuffer");
            readWrite = constant(access, "READ_WRITE");
            newState = constructor(state);
            allocate = method(device, "allocate", Object.class, long.class, anyState, access);
            deallocate = method(device, "deallocate", anyState);
            releaseFree = method(bufferProvider, "deallocate", access);
            getXpuBuffer = method(anyState, "getXPUBuffer");
            setLockBuffer = method(state, "setLockBuffer", boolean.class);
            writeBuffer = method(buffer, "write", long.class, Object.class);
            readBuffer = method(buffer, "read", long.class, Object.class);

            graphs = new TaskGraphs(names);
        } catch (ClassNotFoundException absent) {
            throw new Unavailable("the JVM was started without TornadoVM's modules (no " + absent.getMessage()
                    + "); ./patchbay adds them where TORNADOVM_HOME is set, but not with --engine cpu", absent);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError other) {
            throw new Unavailable("this TornadoVM is not the one that the engine knows: " + other.getMessage(), other);
        }
    }

    TaskGraphs graphs() {
        return graphs;
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
}
