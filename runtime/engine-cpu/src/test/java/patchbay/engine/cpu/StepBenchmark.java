package patchbay.engine.cpu;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/** Milliseconds of a training step and where they go: {@code main}, not a test. Arguments: threads (2), experts (8). */
final class StepBenchmark {

    private StepBenchmark() {}

    public static void main(String[] arguments) {
        int threads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 2;
        int experts = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 8;
        var model = new SmallMixture(12, 64, 65, 128, 4, 4, experts, experts == 1 ? 512 : 256, 0.1f);
        var profile = new Profile();
        try (var engine = new CpuEngine(threads, Twins.of(System.getProperty("patchbay.vector", "")), false, Optional.of(profile))) {
            System.out.println(engine.description());
            long start = System.nanoTime();
            try (var program = engine.compile(model.step(1), engine.variables())) {
                System.out.printf(Locale.ROOT, "compiled in %.0f ms: %d launches, %.1f MB%n", (System.nanoTime() - start) / 1e6,
                        program.launches(), program.memory() / 1e6);
                var random = new SplittableRandom(1);
                program.write("tokens", random.ints(12 * 64, 0, 65).toArray());
                program.write("targets", random.ints(12 * 64, 0, 65).toArray());
                program.write("hyper", SmallMixture.ADAMW.hyper(1e-3f, 1));
                for (int round = 0; round < 4; round++) {
                    profile.reset();
                    var times = new double[100];
                    for (int i = 0; i < times.length; i++) {
                        long before = System.nanoTime();
                        program.run();
                        times[i] = (System.nanoTime() - before) / 1e6;
                    }
                    Arrays.sort(times);
                    System.out.printf(Locale.ROOT, "step: median %.2f ms, best %.2f ms; loss %.4f%n", times[50], times[0], program.scalar("loss"));
                }
                System.out.println(profile.table());
            }
        }
    }
}
