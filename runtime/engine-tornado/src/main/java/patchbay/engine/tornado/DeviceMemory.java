package patchbay.engine.tornado;

import java.lang.ref.Cleaner;
import java.lang.reflect.Array;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import patchbay.tensor.DType;
import patchbay.tensor.UserError;

/**
 * The twins that Java arrays have on a device, and which of the two is the newer. An array is copied when the other side
 * asks for it and not before; so what only programs use never leaves the device. A twin goes with its array, or when it
 * is given up.
 */
final class DeviceMemory {

    private enum Newer { HOST, DEVICE, NEITHER }

    private static final class Twin {
        private final Object state;
        private final long bytes;
        private Newer newer = Newer.HOST;
        private boolean freed;

        Twin(Object state, long bytes) {
            this.state = state;
            this.bytes = bytes;
        }
    }

    private static final Cleaner CLEANER = Cleaner.create();

    private final Tornado tornado;
    private final Device device;
    /** On whose queue copies run; programs wait for all that they start, so queues need not wait for one another. */
    private final long plan;
    /** By array: arrays are equal only to themselves. */
    private final Map<Object, Twin> twins = new WeakHashMap<>();
    /** Whose arrays are gone. */
    private final Queue<Twin> abandoned = new ConcurrentLinkedQueue<>();
    private long used;
    private long copiedIn;
    private long copiedOut;

    DeviceMemory(Tornado tornado, Device device) {
        this.tornado = tornado;
        this.device = device;
        this.plan = tornado.plan();
        tornado.allow(device, device.memory());
    }

    /** @throws UserError if the device has no room for all of {@code arrays}, before any is allocated */
    synchronized void require(Collection<?> arrays) {
        freeAbandoned();
        long more = 0;
        for (var array : arrays) {
            if (!twins.containsKey(array)) {
                more += bytes(array);
                if (bytes(array) > device.largest()) {
                    throw new UserError("a tensor of " + megabytes(bytes(array)) + " is too large for device " + device.name() + ", which takes "
                            + megabytes(device.largest()) + " in one piece");
                }
            }
        }
        if (used + more > device.memory()) {
            throw new UserError("this program needs " + megabytes(more) + " more on device " + device.name() + ", which has "
                    + megabytes(device.memory()) + ", of which " + megabytes(used) + " are in use");
        }
    }

    private static String megabytes(long bytes) {
        return (bytes + (1 << 20) - 1 >> 20) + " MiB";
    }

    private static long bytes(Object array) {
        var element = array.getClass().componentType();
        long size = element == float.class ? DType.F32.bytes(1) : element == int.class ? DType.I32.bytes(1)
                : element == short.class ? DType.F16.bytes(1) : DType.I8.bytes(1);
        return size * Array.getLength(array);
    }

    /** What TornadoVM knows the twin of {@code array} by. It is made if there is none, with undefined content. */
    synchronized Object state(Object array) {
        return twin(array).state;
    }

    private Twin twin(Object array) {
        var there = twins.get(array);
        if (there == null) {
            freeAbandoned();
            there = new Twin(tornado.allocate(device, array), bytes(array));
            used += there.bytes;
            twins.put(array, there);
            var gone = there;
            CLEANER.register(array, () -> abandoned.add(gone));
        }
        return there;
    }

    /** The Java array has new values. */
    synchronized void writtenOnHost(Object array) {
        var there = twins.get(array);
        if (there != null) {
            there.newer = Newer.HOST;
        }
    }

    /** A program has computed new values. */
    synchronized void writtenOnDevice(Object array) {
        twin(array).newer = Newer.DEVICE;
    }

    /** Sees to it that the device has the values of {@code array}. */
    synchronized void toDevice(Object array) {
        var twin = twin(array);
        if (twin.newer == Newer.HOST) {
            tornado.write(plan, array, twin.state);
            twin.newer = Newer.NEITHER;
            copiedIn += twin.bytes;
        }
    }

    /** Sees to it that the Java array has the values that the device has. */
    synchronized void toHost(Object array) {
        var there = twins.get(array);
        if (there != null && there.newer == Newer.DEVICE) {
            tornado.read(plan, array, there.state);
            there.newer = Newer.NEITHER;
            copiedOut += there.bytes;
        }
    }

    /** Gives up the twins of {@code arrays}, whose values nobody needs. */
    synchronized void release(Collection<?> arrays) {
        for (var array : arrays) {
            var there = twins.remove(array);
            if (there != null) {
                abandoned.add(there);
            }
        }
        freeAbandoned();
    }

    private void freeAbandoned() {
        for (var twin = abandoned.poll(); twin != null; twin = abandoned.poll()) {
            if (!twin.freed) { // one that was given up is told of again when its array is gone
                twin.freed = true;
                tornado.free(device, twin.state);
                used -= twin.bytes;
            }
        }
    }

    /** Bytes on the device. */
    synchronized long used() {
        freeAbandoned();
        return used;
    }

    /** Bytes copied to the device so far. */
    synchronized long copiedIn() {
        return copiedIn;
    }

    /** Bytes copied from the device so far. */
    synchronized long copiedOut() {
        return copiedOut;
    }
}
