package patchbay.engine.cpu;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import patchbay.tensor.Plan;
import patchbay.tensor.Profile;
import patchbay.tensor.reference.ArrayProgram;

/**
 * A compiled graph: a list of steps over arrays that were all bound when it was compiled. If a kernel fails in the
 * middle of a run, variables that had been renewed by then keep their new values.
 */
final class CpuProgram extends ArrayProgram {

    private final int launches;
    private final Plan plan;
    private final List<AtomicLong> renewed;
    private final WorkerPool pool;
    private Step[] steps;
    /** The bodies of the steps: all that a run needs which nobody watches. */
    private Runnable[] bodies;
    private Optional<LaunchTimes> times = Optional.empty();

    /** @param renewed counts how often each variable has had other values that a run gives new ones to */
    CpuProgram(Map<String, Named> inputs, Map<String, Named> outputs, List<Step> steps, List<AtomicLong> renewed, WorkerPool pool, int launches,
            Plan plan) {
        super(inputs, outputs);
        this.steps = steps.toArray(Step[]::new);
        this.bodies = steps.stream().map(Step::body).toArray(Runnable[]::new);
        this.renewed = renewed;
        this.pool = pool;
        this.launches = launches;
        this.plan = plan;
    }

    @Override
    public void run() {
        if (bodies == null) {
            throw new IllegalStateException("this program is closed");
        }
        pool.begin();
        try {
            runSteps();
        } finally {
            renewed.forEach(AtomicLong::incrementAndGet);
            pool.end();
        }
    }

    private void runSteps() {
        boolean recorded = KernelEvent.isRecorded();
        if (times.isPresent()) {
            times.get().run(steps, pool, recorded);
        } else if (recorded) {
            for (var step : steps) {
                KernelEvent.record(step);
            }
        } else {
            for (var body : bodies) {
                body.run();
            }
        }
    }

    @Override
    public void profile(boolean on) {
        profile(on ? Optional.of(new LaunchTimes(steps, System::nanoTime)) : Optional.empty());
    }

    /** Profiles by another clock than {@link System#nanoTime}. */
    void profile(Optional<LaunchTimes> by) {
        if (bodies != null && times.isPresent() != by.isPresent()) {
            pool.watch(by.isPresent());
        }
        times = by;
    }

    @Override
    public Optional<Profile> profile() {
        return times.map(LaunchTimes::profile);
    }

    List<Step> steps() {
        return List.of(steps);
    }

    @Override
    public int launches() {
        return launches;
    }

    @Override
    public long memory() {
        return plan.memory();
    }

    @Override
    public Optional<Plan> plan() {
        return Optional.of(plan);
    }

    @Override
    public void close() {
        if (bodies != null && times.isPresent()) {
            pool.watch(false);
        }
        bodies = null; // with them go the arrays
        steps = new Step[0];
        forget();
    }
}
