package patchbay.launcher;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/**
 * The JVM announces the incubating Vector API on standard error, and no flag silences it. So the script starts the JVM with
 * standard error on another descriptor, and here, before anything else is written, it is put back.
 *
 * <p>By {@code dup2}, and not by opening {@code /dev/fd/N}: that would have a file position of its own, and overwrite what
 * others write to the same file.
 */
final class StandardError {

    private static final int DESCRIPTOR = 2;

    private StandardError() {}

    /** Does nothing unless the system property {@code patchbay.stderr} names the descriptor that holds standard error. */
    static void restore() {
        Integer held = Integer.getInteger("patchbay.stderr");
        if (held == null) {
            return;
        }
        var linker = Linker.nativeLinker();
        var dup2 = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("dup2"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            int result = (int) dup2.invokeExact((int) held, DESCRIPTOR);
            if (result != DESCRIPTOR) {
                throw new IllegalStateException("standard error cannot be restored from descriptor " + held);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("standard error cannot be restored from descriptor " + held, e);
        }
    }
}
