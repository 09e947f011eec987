package patchbay.bench;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongSupplier;
import patchbay.engine.cpu.CpuEngine;

/** Where the time of a training step goes, kernel by kernel, and what a step allocates; in this JVM and without peers. */
record StepProfile(int warmUp, int steps) {

    void print(TrainingSteps.Step step, int threads, PrintStream out) {
        var jvm = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        // one thread's own time is worth more on a busy machine
        LongSupplier clock = threads == 1 ? jvm::getCurrentThreadCpuTime : System::nanoTime;
        try (var engine = new CpuEngine(threads)) {
            long start = System.nanoTime();
            try (var program = engine.compile(step.graph().get(), engine.variables())) {
                out.printf(Locale.ROOT, "%s on %s: compiled in %.0f ms, %d launches, %.1f MB between them%n", step.name(), engine.description(),
                        (System.nanoTime() - start) / 1e6, program.launches(), program.memory() / 1e6);
                step.decoder().write(program);
                for (int i = 0; i < warmUp; i++) {
                    program.run();
                }
                var times = new double[steps];
                long allocated = jvm.getTotalThreadAllocatedBytes();
                for (int i = 0; i < steps; i++) {
                    long before = clock.getAsLong();
                    program.run();
                    times[i] = (clock.getAsLong() - before) / 1e6;
                }
                allocated = jvm.getTotalThreadAllocatedBytes() - allocated;
                Arrays.sort(times);
                out.printf(Locale.ROOT, "step: median %.2f ms, best %.2f ms, %d bytes allocated; of %d steps:%n",
                        times[steps / 2], times[0], allocated / steps, steps);
                program.profile(true);
                for (int i = 0; i < steps; i++) {
                    program.run();
                }
                program.profile().ifPresent(profile -> profile.kernels().forEach(work -> out.printf(Locale.ROOT, "%10.2f ms %5.1f %% %7d × %s, %s%n",
                        work.nanoseconds() / 1e6, 100.0 * work.nanoseconds() / profile.nanoseconds(), work.launches(), work.kernel(), work.form())));
                out.println();
            }
        }
    }
}
