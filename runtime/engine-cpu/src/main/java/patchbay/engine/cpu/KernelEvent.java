package patchbay.engine.cpu;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * A kernel launch in a recording of the JVM, if that asks for {@code patchbay.Kernel#enabled=true}: there are hundreds in
 * a step.
 */
@Name("patchbay.Kernel")
@Label("Kernel")
@Category("Patchbay")
@Description("A launch of a kernel on the cpu engine, from the thread that runs the program")
@StackTrace(false)
@Enabled(false)
final class KernelEvent extends Event {

    /** One to ask; a run that nobody records makes no other. */
    private static final KernelEvent ANY = new KernelEvent();

    @Label("Kernel")
    private String kernel;
    @Label("Form")
    @Description("vector or plain")
    private String form;
    @Label("Rows")
    private int rows;
    @Label("Operations")
    @Description("Scalar operations, where the operation says so")
    private long operations;
    @Label("Bytes")
    @Description("Of the arrays handed to the kernel, each counted once")
    @DataAmount
    private long bytes;

    static boolean isRecorded() {
        return ANY.isEnabled();
    }

    /** Runs {@code step} as an event. */
    static void record(Step step) {
        var event = new KernelEvent();
        event.begin();
        step.body().run();
        event.end();
        if (event.shouldCommit()) {
            event.kernel = step.kernel();
            event.form = step.form();
            event.rows = step.rows();
            event.operations = step.operations();
            event.bytes = step.bytes();
            event.commit();
        }
    }
}
