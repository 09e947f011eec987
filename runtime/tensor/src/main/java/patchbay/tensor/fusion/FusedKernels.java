package patchbay.tensor.fusion;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import patchbay.tensor.Kernel;

/**
 * The classes of fused kernels, one for each formula that a living program uses. A class is known here only as long as a
 * program holds it, so none outlives its programs; a program that is compiled beside another with the same formula gets
 * that one's class, and with it the code that the JVM has already made of it.
 */
public final class FusedKernels {

    /** Holds one class: it goes when that does. */
    private static final class Holder extends ClassLoader {

        private final byte[] bytes;

        Holder(byte[] bytes) {
            super("patchbay-fused", FusedKernels.class.getClassLoader());
            this.bytes = bytes;
        }

        Class<?> define() {
            return defineClass(KernelWriter.CLASS, bytes, 0, bytes.length);
        }

        /** A compiler for another device reads a kernel's byte code from its loader. */
        @Override
        public InputStream getResourceAsStream(String name) {
            return name.equals(KernelWriter.CLASS.replace('.', '/') + ".class") ? new ByteArrayInputStream(bytes) : super.getResourceAsStream(name);
        }
    }

    private static final class Known extends WeakReference<Class<?>> {

        private final Formula formula;

        Known(Formula formula, Class<?> type, ReferenceQueue<Class<?>> gone) {
            super(type, gone);
            this.formula = formula;
        }
    }

    private final Map<Formula, Known> known = new HashMap<>();
    private final ReferenceQueue<Class<?>> gone = new ReferenceQueue<>();

    synchronized Kernel of(Formula formula) {
        for (var dead = gone.poll(); dead != null; dead = gone.poll()) {
            known.remove(((Known) dead).formula, dead);
        }
        var there = known.get(formula);
        var type = there == null ? null : there.get();
        if (type == null) {
            type = new Holder(KernelWriter.write(formula)).define();
            known.put(formula, new Known(formula, type, gone));
        }
        return Kernel.of(type, formula.name());
    }

    /** Number of classes that are alive, or were when this was last asked for one. */
    public synchronized int size() {
        return known.size();
    }
}
