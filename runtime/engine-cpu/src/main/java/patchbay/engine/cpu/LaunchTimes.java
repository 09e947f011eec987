package patchbay.engine.cpu;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import patchbay.tensor.Profile;

/** The times of a program's steps, added up over its runs. */
final class LaunchTimes {

    private final List<Step> steps;
    private final LongSupplier clock;
    private final long[] nanoseconds;
    private final long[] waiting;
    private long whole;
    private long runs;

    /** @param clock in nanoseconds */
    LaunchTimes(Step[] steps, LongSupplier clock) {
        // without their bodies: a profile may be read when the program and its arrays are gone
        this.steps = Arrays.stream(steps).map(Step::withoutBody).toList();
        this.clock = clock;
        this.nanoseconds = new long[steps.length];
        this.waiting = new long[steps.length];
    }

    /** Runs {@code steps}, those that this was made for. */
    void run(Step[] steps, WorkerPool pool, boolean recorded) {
        long began = clock.getAsLong();
        for (int i = 0; i < steps.length; i++) {
            long waited = pool.waited();
            long start = clock.getAsLong();
            if (recorded) {
                KernelEvent.record(steps[i]);
            } else {
                steps[i].body().run();
            }
            nanoseconds[i] += clock.getAsLong() - start;
            waiting[i] += pool.waited() - waited;
        }
        whole += clock.getAsLong() - began;
        runs++;
    }

    Profile profile() {
        var places = new HashMap<String, Long>();
        for (int i = 0; i < nanoseconds.length; i++) {
            places.merge(steps.get(i).place(), nanoseconds[i], Long::sum);
        }
        return Profile.of(runs, whole, IntStream.range(0, nanoseconds.length).mapToObj(i -> {
            var step = steps.get(i);
            return new Profile.Work(step.kernel(), step.form(), runs, nanoseconds[i], waiting[i], runs * step.operations(), runs * step.bytes());
        }).toList(), places);
    }
}
