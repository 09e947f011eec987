package patchbay.engine.cpu;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/** Milliseconds of a training step and where they go: {@code main}, not a test. Arguments: threads (2), experts (8), 'bytes' to
 * see what one thread allocates in place of time. */
final class StepBenchmark {

    private StepBenchmark() {}

    public static void main(String[] arguments) {
        int threads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 2;
        int experts = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 8;
        var model = arguments.length > 2
                ? new SmallMixture(4, 37, 65, 30, 3, 1, experts, 20, 0.1f)
                : new SmallMixture(12, 64, 65, 128, 4, 4, experts, experts == 1 ? 512 : 256, 0.1f);
        // The one thread's own time is worth more on a busy machine.
        var threadBean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        LongSupplier clock = arguments.length > 2 ? threadBean::getCurrentThreadAllocatedBytes : threads == 1 ? threadBean::getCurrentThreadCpuTime : System::nanoTime;
        try (var engine = new CpuEngine(threads, Twins.of(System.getProperty("patchbay.vector", "")), false)) {
            System.out.println(engine.description());
            long start = System.nanoTime();
            try (var program = (CpuProgram) engine.compile(model.step(1), engine.variables())) {
                System.out.printf(Locale.ROOT, "compiled in %.0f ms: %d launches, %.1f MB%n", (System.nanoTime() - start) / 1e6,
                        program.launches(), program.memory() / 1e6);
                var random = new SplittableRandom(1);
                program.write("tokens", random.ints(model.batch() * model.time(), 0, 65).toArray());
                program.write("targets", random.ints(model.batch() * model.time(), 0, 65).toArray());
                program.write("hyper", SmallMixture.ADAMW.hyper(1e-3f, 1));
                for (int round = 0; round < 4; round++) {
                    program.profile(Optional.of(new LaunchTimes(program.steps().toArray(Step[]::new), clock)));
                    var times = new double[100];
                    for (int i = 0; i < times.length; i++) {
                        long before = clock.getAsLong();
                        program.run();
                        times[i] = (clock.getAsLong() - before) / 1e6;
                    }
                    Arrays.sort(times);
                    long allocated = threadBean.getTotalThreadAllocatedBytes();
                    program.run();
                    allocated = threadBean.getTotalThreadAllocatedBytes() - allocated;
                    System.out.printf(Locale.ROOT, "step: median %.2f ms, best %.2f ms; %d bytes allocated; loss %.4f%n",
                            times[50], times[0], allocated, program.scalar("loss"));
                }
                var profile = program.profile().orElseThrow();
                for (var work : profile.kernels()) {
                    System.out.printf(Locale.ROOT, "%10.2f ms %5.1f %% %7d × %s, %s%n", work.nanoseconds() / 1e6,
                            100.0 * work.nanoseconds() / profile.total().nanoseconds(), work.launches(), work.kernel(), work.form());
                }
            }
        }
    }
}
