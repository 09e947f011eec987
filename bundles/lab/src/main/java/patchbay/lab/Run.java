package patchbay.lab;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.data.Batches;
import patchbay.data.Dataset;
import patchbay.lab.record.Event;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.RunLoad;
import patchbay.lab.record.RunState;
import patchbay.model.Plug;
import patchbay.tensor.Profile;
import patchbay.tensor.UserError;
import patchbay.training.Evaluation;
import patchbay.training.Learner;

/**
 * A model in training: one thread that makes steps and, between two of them, whatever else was asked for. All methods
 * may be called from any thread.
 */
public final class Run {

    private static final Logger LOG = LoggerFactory.getLogger(Run.class);

    /** How far ahead of its step a planned swap is prepared: more than building and trying a model takes. */
    private static final double LEAD_SECONDS = 1;

    private final RunFolder folder;
    private final Experiment experiment;
    private final Dataset dataset;
    private final Archive archive;
    private final Script script;
    private final boolean hotDeployment;
    private final Batches batches;
    private final Swaps swaps;
    private final PluginWatch watch;
    private final RunRecord record;
    private final Milestones milestones;
    private final List<RunListener> listeners = new CopyOnWriteArrayList<>();
    private final BetweenSteps betweenSteps = new BetweenSteps();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private final Event beginning;
    private final Optional<Event.Inherited> inherited;

    private volatile long step;
    private volatile RunState state = RunState.created;
    private volatile Optional<String> stopReason = Optional.empty();
    private volatile boolean paused;
    private volatile double secondsPerStep = 0.1;

    Run(RunStart start) {
        this.folder = start.folder();
        this.experiment = start.experiment();
        this.dataset = start.dataset();
        this.archive = start.archive();
        this.script = start.script();
        this.hotDeployment = start.hotDeployment();
        this.step = start.step();
        this.batches = new Batches(dataset.training(), experiment.training().batch(), experiment.model().context(), experiment.seed());
        this.swaps = new Swaps(archive, start.learner(), start.buildLimit(), new Swaps.Pace() {
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
        this.milestones = new Milestones(folder, experiment, dataset, this::told);
        this.beginning = start.beginning();
        this.inherited = start.inherited();
        this.thread = Thread.ofPlatform().name("run " + folder.id()).unstarted(this::live);
    }

    /** Starts the thread. */
    void begin() {
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
        var made = finite(swaps.learner().step(step, batches));
        double milliseconds = (System.nanoTime() - began) / 1e6;
        step++;
        secondsPerStep += 0.1 * (milliseconds / 1000 - secondsPerStep);
        var training = experiment.training();
        double tokens = (double) training.batch() * training.accumulate() * experiment.model().context();
        var measurement = Measurement.of(made, tokens / milliseconds * 1000, milliseconds);
        event.end(id(), measurement);
        var complaints = record.measured(measurement);
        listeners.forEach(listener -> listener.measured(this, measurement));
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
        var undone = swaps.rewind(reason(fault));
        step = undone.step();
        record.cutAfter(step);
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
        long horizon = step + lead(LEAD_SECONDS);
        script.until(horizon).forEach(entry -> swaps.plan(entry.step(), entry.change(), entry.cause()));
    }

    private long lead(double seconds) {
        return Math.clamp((long) Math.ceil(seconds / secondsPerStep), 1, 1_000_000);
    }

    /** What went wrong, in one line. */
    static String reason(Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof UserError ? cause.getMessage() : cause.toString();
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
        for (var updated : watch.updated(swaps.learner().decoder().rack())) {
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
        listeners.forEach(listener -> listener.happened(this, event));
    }

    private void close() {
        try (record; milestones; swaps) {
            betweenSteps.run();
        } catch (RuntimeException failure) {
            LOG.warn("run {} did not close cleanly", folder.id(), failure);
        } finally {
            ended.countDown();
            listeners.forEach(listener -> listener.ended(this));
        }
    }

    /**
     * Puts {@code plug} into every socket that {@code pattern} matches, as soon as the changed model is built.
     *
     * @return what came of it
     * @throws UserError at once if there is no such socket or plugin, or it lacks an option
     */
    public CompletableFuture<Event> swap(String pattern, Plug plug) {
        return ask(new Change.Put(pattern, plug));
    }

    /**
     * Puts an expert more into every mixture layer. It is held back at first, so that the loss goes on where it was.
     *
     * @param from the expert that it begins as a copy of, by number or name; empty for none
     * @return what came of it
     */
    public CompletableFuture<Event> addExpert(String name, Plug plug, String from) {
        return ask(new Change.AddExpert(name, plug, from));
    }

    /** Takes an extra expert out of every mixture layer. */
    public CompletableFuture<Event> removeExpert(String name) {
        return ask(new Change.RemoveExpert(name));
    }

    /** @throws UserError at once if it cannot be done to the present model */
    private CompletableFuture<Event> ask(Change change) {
        requireAlive();
        change.apply(swaps.learner().decoder().rack(), archive, Optional.empty());
        return swaps.ask(change, "command");
    }

    /** Takes the last swap back. */
    public CompletableFuture<Event> rollback() {
        requireAlive();
        return swaps.ask(new Change.Back(), "command");
    }

    private void requireAlive() {
        if (!alive()) {
            throw new UserError("run " + folder.id() + " has ended (" + state + ")");
        }
    }

    /** Whether it trains or is paused. */
    public boolean alive() {
        return state == RunState.running || state == RunState.paused || state == RunState.created;
    }

    public void pause() {
        requireAlive();
        paused = true;
    }

    /** Whether it was asked to pause; it may still be in its last step. */
    public boolean isPaused() {
        return paused;
    }

    public void unpause() {
        requireAlive();
        paused = false;
        betweenSteps.wake();
    }

    /** Ends it after the present step, with a checkpoint. */
    public void stop(String reason) {
        if (alive()) {
            stopReason = Optional.of(reason);
            betweenSteps.wake();
        }
    }

    /** Waits until it has ended. */
    public void await() throws InterruptedException {
        ended.await();
    }

    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        return ended.await(time, unit);
    }

    /**
     * Runs {@code work} with the model, between two steps.
     *
     * @throws UserError at once, or out of the future, if the run has ended
     */
    public <T> CompletableFuture<T> withModel(java.util.function.Function<Learner, T> work) {
        var result = new CompletableFuture<T>();
        requireAlive();
        betweenSteps.add(() -> {
            try {
                result.complete(work.apply(swaps.learner()));
            } catch (RuntimeException failure) {
                result.completeExceptionally(failure);
            }
        });
        if (ended.getCount() == 0) {
            result.completeExceptionally(new UserError("run " + folder.id() + " has ended (" + state + ")"));
        }
        return result;
    }

    /**
     * Takes the times of the kernels of its next {@code steps} steps, without holding it up. If the model is swapped or
     * the run ends before, of fewer, which {@link Profile#runs()} tells.
     *
     * @throws UserError in the future, if it is being profiled already or the engine takes no times
     */
    public CompletableFuture<Profile> profile(int steps) {
        return Profiling.begin(this, steps);
    }

    public void listen(RunListener listener) {
        listeners.add(listener);
    }

    public void ignore(RunListener listener) {
        listeners.remove(listener);
    }

    public RunFolder folder() {
        return folder;
    }

    public String id() {
        return folder.id();
    }

    public Experiment experiment() {
        return experiment;
    }

    public Dataset dataset() {
        return dataset;
    }

    public RunState state() {
        return state;
    }

    /** Steps that were done when it began: 0, or those at the checkpoint that it goes on from. */
    public long firstStep() {
        return beginning.step();
    }

    /** Steps done. */
    public long step() {
        return step;
    }

    public Optional<Measurement> last() {
        return record.last();
    }

    public Optional<Evaluation.Result> evaluated() {
        return milestones.evaluated();
    }

    public double secondsPerStep() {
        return secondsPerStep;
    }

    /** What is in the sockets now. */
    public List<Fitted> wiring() {
        return swaps.wiring();
    }

    public Learner.Size size() {
        return swaps.size();
    }

    /** Swaps that wait for their step. */
    public Map<Long, String> waiting() {
        return swaps.waiting();
    }

    /** The experts' load so far, as {@link RunLoad#rows}. */
    public List<RunLoad.Row> load() {
        return record.load();
    }

    public String loadTable() {
        return record.loadTable();
    }

    /** How many alarms of the load ring: dead experts, and layers that collapsed. */
    public int alarms() {
        return record.alarms();
    }
}
