package patchbay.lab;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.data.Material;
import patchbay.lab.record.Event;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.RunState;
import patchbay.tensor.UserError;
import patchbay.training.Learner;

/** The thread of a run: it makes steps and, between two of them, whatever else was asked for. */
final class TrainingLoop {

    private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);

    /** How far ahead of its step a planned swap is prepared: more than building and trying a model takes. */
    private static final double LEAD_SECONDS = 1;

    private final RunFolder folder;
    private final Experiment experiment;
    private final Archive archive;
    private final Script script;
    private final boolean hotDeployment;
    private final Material material;
    private final int unitsEach;
    private final Swaps swaps;
    private final PluginWatch watch;
    private final HotExperts hotExperts;
    private final RunRecord record;
    private final Milestones milestones;
    private final Routing routing;
    private final Observer observer;
    private final BetweenSteps betweenSteps = new BetweenSteps();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;

    private volatile long step;
    private volatile RunState state = RunState.created;
    private volatile Optional<String> stopReason = Optional.empty();
    private volatile boolean paused;
    private volatile double secondsPerStep = 0.1;

    /** Who is told what the loop does, mostly on its thread; see {@link RunListener}. */
    interface Observer {

        void measured(Measurement measurement);

        void happened(Event event);

        void ended();
    }

    TrainingLoop(RunStart start, Observer observer) {
        this.folder = start.folder();
        this.experiment = start.experiment();
        this.archive = start.archive();
        this.script = start.script();
        this.hotDeployment = start.hotDeployment();
        this.step = start.step();
        this.observer = observer;
        this.material = start.data().training(experiment);
        this.unitsEach = start.data().unitsEach(experiment);
        this.swaps = new Swaps(archive, start.engines(), start.learner(), start.data(), start.buildLimit(), folder.refusedCode(), new Swaps.Pace() {
            @Override
            public long soonest(double buildSeconds) {
                return paused ? step : step + lead(buildSeconds);
            }

            @Override
            public void ready() {
                betweenSteps.wake();
            }
        });
        this.watch = new PluginWatch(archive, start.beginning() instanceof Event.Started);
        this.record = new RunRecord(folder, experiment, step);
        this.hotExperts = new HotExperts(archive, record.history());
        this.milestones = new Milestones(folder, experiment, start.data(), this::told);
        this.routing = new Routing(folder, experiment, (step, text) -> happened(new Event.Warning(step, text)));
        this.thread = Thread.ofPlatform().name("run " + folder.id()).unstarted(this::live);
    }

    /** Starts the thread. */
    void begin(Event beginning, Optional<Event.Inherited> inherited) {
        happened(beginning);
        inherited.ifPresent(this::happened);
        state = RunState.running;
        thread.start();
    }

    private void live() {
        try (AutoCloseable _ = hotDeployment ? archive.onChange(() -> betweenSteps.add(this::pluginsChanged)) : () -> {}) {
            if (hotDeployment) {
                pluginsChanged(); // while the model was built
            }
            routing.cutAfter(step);
            if (experiment.training().recordRouting()) {
                routing.record(swaps.learner());
            }
            train();
        } catch (Exception | Error failure) {
            LOG.warn("run {} failed at step {}", folder.id(), step, failure);
            state = RunState.failed;
            told(new Event.Failed(step, failure instanceof UserError ? failure.getMessage() : failure.toString()));
        } finally {
            close();
        }
    }

    private void train() {
        int steps = experiment.training().steps();
        while (step < steps && stopReason.isEmpty()) {
            pauseWhileAsked();
            schedulePlanned();
            betweenSteps.run();
            try {
                while (swaps.due(step) && stopReason.isEmpty()) {
                    install();
                }
                if (stopReason.isEmpty() && !paused) {
                    makeStep();
                }
            } catch (RuntimeException fault) {
                if (!swaps.onProbation(step)) {
                    throw fault;
                }
                rewind(fault);
            }
        }
        if (stopReason.isPresent()) {
            checkpoint();
            state = RunState.stopped;
            happened(new Event.Stopped(step, stopReason.get()));
        } else {
            milestones.evaluate(step, swaps.learner());
            checkpoint();
            milestones.sample(step, swaps.learner());
            state = RunState.finished;
            happened(new Event.Finished(step));
        }
    }

    private void makeStep() {
        var event = new StepEvent();
        event.begin();
        long began = System.nanoTime();
        var learner = swaps.learner();
        routing.follow(learner.model().rack().settings().imposedRouting());
        var made = finite(learner.step(step, material, routing));
        double milliseconds = (System.nanoTime() - began) / 1e6;
        step++;
        secondsPerStep += 0.1 * (milliseconds / 1000 - secondsPerStep);
        var training = experiment.training();
        double tokens = (double) training.batch() * training.accumulate() * unitsEach;
        var measurement = Measurement.of(made, tokens / milliseconds * 1000, milliseconds);
        event.end(folder.id(), measurement);
        var complaints = record.measured(measurement);
        observer.measured(measurement);
        complaints.forEach(complaint -> happened(new Event.Warning(step, complaint)));
        if (step < training.steps()) {
            milestones.reached(step, swaps.learner(), record.journalled(), swaps.onProbation(step));
        }
    }

    /** The last checkpoint, on the disk when this returns. */
    private void checkpoint() {
        milestones.checkpoint(step, swaps.learner(), record.journalled());
        milestones.awaitCheckpoint();
    }

    private Learner.Step finite(Learner.Step made) {
        if (!Float.isFinite(made.loss()) || !Float.isFinite(made.gradientNorm())) {
            throw new UserError("step " + (step + 1) + ": the loss is " + made.loss() + ", the gradient's norm " + made.gradientNorm()
                    + "; the last checkpoint is from before. Try a lower training.learning-rate, or training.clip");
        }
        return made;
    }

    /** Goes back to the moment before the last swap, whose plugin failed. */
    private void rewind(RuntimeException fault) {
        LOG.debug("the last swap is undone", fault);
        var undone = swaps.rewind(Guard.reason(fault));
        step = undone.step();
        record.cutAfter(step);
        routing.cutAfter(step);
        milestones.changed();
        happened(undone);
    }

    private void install() {
        boolean planned = script.isPlanned(step);
        if (planned) {
            milestones.evaluate(step, swaps.learner());
        }
        var event = swaps.install(step);
        event.ifPresent(this::happened);
        if (planned && event.orElse(null) instanceof Event.Swapped) {
            milestones.changed();
            milestones.evaluate(step, swaps.learner());
        }
    }

    /** Hands the swaps that are known beforehand to the builder when their step comes near. */
    private void schedulePlanned() {
        script.next(entry -> entry.step() <= step + lead(LEAD_SECONDS + swaps.compileSeconds(entry.change()))).forEach(entry -> swaps.plan(entry.step(), entry.change(), entry.cause()));
    }

    private long lead(double seconds) {
        return Math.clamp((long) Math.ceil(seconds / secondsPerStep), 1, 1_000_000);
    }

    private void pauseWhileAsked() {
        if (!paused) {
            return;
        }
        state = RunState.paused;
        happened(new Event.Paused(step));
        swaps.hurry(step);
        while (paused && stopReason.isEmpty()) {
            betweenSteps.run();
            while (swaps.due(step)) {
                install();
            }
            try {
                betweenSteps.await(() -> paused && stopReason.isEmpty() && !swaps.due(step));
            } catch (InterruptedException interrupted) {
                stopReason = Optional.of("interrupted");
            }
        }
        state = RunState.running;
        happened(new Event.Unpaused(step));
    }

    private void pluginsChanged() {
        watch.changes(step).forEach(this::happened);
        for (var updated : watch.updated(swaps.learner().model().rack())) {
            var refresh = new Change.Refresh(updated);
            if (!swaps.isAsked(refresh)) {
                swaps.ask(refresh, "bundle updated").thenAccept(outcome -> {
                    if (outcome instanceof Event.Refused && !Swaps.isNothing(outcome)) {
                        watch.refused(updated);
                    }
                    betweenSteps.add(this::pluginsChanged); // it may have more plugins by now
                });
            }
        }
        if (experiment.model().joining()) {
            var model = swaps.learner().model().rack().settings();
            hotExperts.wishes(model, swaps::isAsked).forEach(wish -> swaps.ask(wish.change(), wish.cause()).thenAccept(outcome -> betweenSteps.add(() -> {
                if (outcome instanceof Event.Refused) {
                    hotExperts.refused(wish);
                }
                pluginsChanged(); // its bundle may be gone by now
            })));
        }
    }

    /** Like {@link #happened}, where nobody is left to tell if even the journal cannot be written (a full disk). */
    private void told(Event event) {
        try {
            happened(event);
        } catch (UserError unwritten) {
            LOG.error("run {}: {} ({})", folder.id(), unwritten.getMessage(), event);
        }
    }

    private void happened(Event event) {
        record.happened(event);
        observer.happened(event);
    }

    private void close() {
        try (record; milestones; swaps; routing) {
            betweenSteps.run();
        } catch (RuntimeException failure) {
            LOG.warn("run {} did not close cleanly", folder.id(), failure);
        } finally {
            ended.countDown();
            observer.ended();
        }
    }

    /** Runs {@code task} between two steps; if the loop has ended meanwhile, never. */
    void between(Runnable task) {
        betweenSteps.add(task);
    }

    void pause() {
        paused = true;
    }

    void unpause() {
        paused = false;
        betweenSteps.wake();
    }

    /** Ends it after the present step, with a checkpoint. */
    void stop(String reason) {
        stopReason = Optional.of(reason);
        betweenSteps.wake();
    }

    boolean isPaused() {
        return paused;
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    void await() throws InterruptedException {
        ended.await();
    }

    boolean await(long time, TimeUnit unit) throws InterruptedException {
        return ended.await(time, unit);
    }

    RunState state() {
        return state;
    }

    long step() {
        return step;
    }

    double secondsPerStep() {
        return secondsPerStep;
    }

    Swaps swaps() {
        return swaps;
    }

    RunRecord record() {
        return record;
    }

    Routing routing() {
        return routing;
    }

    Milestones milestones() {
        return milestones;
    }
}
