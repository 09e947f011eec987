package patchbay.lab;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import patchbay.data.Dataset;
import patchbay.lab.record.Event;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.RunLoad;
import patchbay.lab.record.RunState;
import patchbay.model.Fitting;
import patchbay.model.ModelSettings;
import patchbay.model.Plug;
import patchbay.model.Socket;
import patchbay.tensor.Engine;
import patchbay.tensor.Profile;
import patchbay.tensor.UserError;
import patchbay.training.Evaluation;
import patchbay.training.Frozen;
import patchbay.training.Learner;
import patchbay.training.Succession;

/** A model in training: what can be asked of it, and seen, from outside. All methods may be called from any thread. */
public final class Run {

    private final RunFolder folder;
    private final Experiment experiment;
    private final RunData data;
    private final Archive archive;
    private final Engines engines;
    private final Event beginning;
    private final Optional<Event.Inherited> inherited;
    private final List<RunListener> listeners = new CopyOnWriteArrayList<>();
    private final TrainingLoop loop;

    Run(RunStart start) {
        this.folder = start.folder();
        this.experiment = start.experiment();
        this.data = start.data();
        this.archive = start.archive();
        this.engines = start.engines();
        this.beginning = start.beginning();
        this.inherited = start.inherited();
        this.loop = new TrainingLoop(start, new TrainingLoop.Observer() {
            @Override
            public void measured(Measurement measurement) {
                listeners.forEach(listener -> listener.measured(Run.this, measurement));
            }

            @Override
            public void happened(Event event) {
                listeners.forEach(listener -> listener.happened(Run.this, event));
            }

            @Override
            public void ended() {
                listeners.forEach(listener -> listener.ended(Run.this));
            }
        });
    }

    /** Starts the thread. */
    void begin() {
        loop.begin(beginning, inherited);
    }

    /**
     * Puts {@code plug} into every socket that {@code pattern} matches, as soon as the changed model is built; {@code engine}
     * is one, too.
     *
     * @return what came of it
     * @throws UserError at once if there is no such socket or plugin, or it lacks an option
     */
    public CompletableFuture<Event> swap(String pattern, Plug plug) {
        return pattern.equals(Fitted.ENGINE) ? engine(plug.plugin()) : ask(new Change.Put(pattern, plug));
    }

    /** Takes an encoder out of its socket, and its modality out of the model. */
    public CompletableFuture<Event> takeOut(String socket) {
        return ask(new Change.TakeOut(socket));
    }

    /**
     * Moves the model, with all that it has learnt, to another engine, as soon as it is compiled there.
     *
     * @return what came of it
     * @throws UserError at once if there is no such engine, it cannot compute here, or the model is on it
     */
    public CompletableFuture<Event> engine(String name) {
        requireAlive();
        if (engine() == engines.available(name)) {
            throw new UserError("run " + folder.id() + " computes on " + name + " already");
        }
        return ask(new Change.Move(name));
    }

    /**
     * Puts an expert more into every mixture layer. It is held back at first, so that the loss goes on where it was.
     *
     * @param from the expert that it begins as a copy of, by number or name; empty for none
     * @return what came of it
     */
    public CompletableFuture<Event> addExpert(String name, Plug plug, String from) {
        return ask(new ExpertChange.Add(name, plug, from));
    }

    /**
     * Puts an expert that another run has trained into every mixture layer, as one of those that {@link #addExpert} puts there. The folder keeps
     * its values.
     *
     * @param path its number or name there, where every layer has that of the same layer; or {@code feed-forward}, of dense layers; or the
     *         path of one, {@code layers.2.moe.experts.3} or {@code layers.0.feed-forward}, which every layer gets
     * @throws UserError at once if there is none, or it does not fit
     */
    public CompletableFuture<Event> importExpert(RunFolder other, String path, String name) {
        requireAlive();
        var decoder = loop.swaps().learner().decoder();
        var expert = ImportedExpert.read(other, path, name, decoder);
        expert.check(Learner.parameters(decoder.with(decoder.rack().withExpert(name, expert.plug(), archive))));
        return ask(new ExpertChange.Import(expert.keep(folder)));
    }

    /**
     * Takes an expert out of every mixture layer: an extra by its name, or one of those that share a plugin by its number. Its tokens go to
     * whom the router prefers next.
     */
    public CompletableFuture<Event> removeExpert(String name) {
        return ask(new ExpertChange.Remove(name, Optional.empty()));
    }

    /**
     * Takes one of the experts that share a plugin out and merges it into another one, in each layer weighted by the tokens that both had in the
     * run so far.
     */
    public CompletableFuture<Event> removeExpert(String name, String into) {
        var names = model().sharing();
        return ask(new ExpertChange.Remove(name, Optional.of(new Succession.Merge(name, into, shares(names.indexOf(name), names.indexOf(into))))));
    }

    /** Which part of the tokens of two experts the first had, by the path of the layer. */
    private Map<String, Double> shares(int leaving, int staying) {
        var shares = new TreeMap<String, Double>();
        loop.swaps().learner().model().mixtures().forEach(path -> shares.put(path, 0.5));
        for (var row : load()) {
            double tokens = tokens(row, leaving);
            double both = tokens + tokens(row, staying);
            if (both > 0) {
                shares.put(row.path(), tokens / both);
            }
        }
        return shares;
    }

    private static double tokens(RunLoad.Row row, int expert) {
        return expert >= 0 && expert < row.run().length ? row.run()[expert] : 0;
    }

    /**
     * Has an expert, or parameters, learn no more: values and moments stay what they are, without decay.
     *
     * @param what the expert's number or name, in every layer; or a pattern of parameters, with all that lies under what it matches
     */
    public CompletableFuture<Event> freeze(String what) {
        requireAlive();
        var learner = loop.swaps().learner();
        Frozen.check(what, learner.model().rack().settings(), learner.births().keySet());
        return ask(new Change.Freeze(what));
    }

    /** @param what as it was frozen; empty for all that is */
    public CompletableFuture<Event> thaw(Optional<String> what) {
        return ask(new Change.Thaw(what.orElse(Change.Thaw.ALL)));
    }

    /**
     * Records from the next step on what the routers select.
     *
     * @throws UserError if a router selects nothing
     */
    public void recordRouting() {
        requireAlive();
        loop.routing().record(loop.swaps().learner());
    }

    public void stopRecordingRouting() {
        requireAlive();
        loop.routing().stopRecording();
    }

    /** How much of the routing is recorded; empty if it is not being recorded. */
    public Optional<String> recordedRouting() {
        return loop.routing().recorded();
    }

    /**
     * Imposes what the routers of another run selected, step by step, from its record; weights are computed by this run's own.
     *
     * @throws UserError at once if there is no such record, or it does not fit
     */
    public CompletableFuture<Event> imposeRouting(RunFolder other) {
        requireAlive();
        Routing.check(other, experiment, data.sha256(), loop.swaps().learner(), step());
        Routing.keep(other, folder);
        return ask(new Change.Impose(other.id()));
    }

    /** The routers select for themselves again. */
    public CompletableFuture<Event> ownRouting() {
        return ask(new Change.Impose(""));
    }

    /** The run whose routing is imposed; empty for none. */
    public Optional<String> imposedRouting() {
        return Optional.of(model().imposedRouting()).filter(run -> !run.isEmpty());
    }

    /** @throws UserError at once if it cannot be done to the present model */
    private CompletableFuture<Event> ask(Change change) {
        requireAlive();
        data.check(change.apply(loop.swaps().learner().model().rack(), archive, Optional.empty()));
        return loop.swaps().ask(change, "command");
    }

    /** Takes the last swap back. */
    public CompletableFuture<Event> rollback() {
        requireAlive();
        return loop.swaps().ask(new Change.Back(), "command");
    }

    private void requireAlive() {
        if (!alive()) {
            throw new UserError("run " + folder.id() + " has ended (" + state() + ")");
        }
    }

    /** Whether it trains or is paused. */
    public boolean alive() {
        var state = state();
        return state == RunState.running || state == RunState.paused || state == RunState.created;
    }

    public void pause() {
        requireAlive();
        loop.pause();
    }

    /** Whether it was asked to pause; it may still be in its last step. */
    public boolean isPaused() {
        return loop.isPaused();
    }

    public void unpause() {
        requireAlive();
        loop.unpause();
    }

    /** Ends it after the present step, with a checkpoint. */
    public void stop(String reason) {
        if (alive()) {
            loop.stop(reason);
        }
    }

    /** Waits until it has ended. */
    public void await() throws InterruptedException {
        loop.await();
    }

    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        return loop.await(time, unit);
    }

    /**
     * Runs {@code work} with the model, between two steps.
     *
     * @throws UserError at once, or out of the future, if the run has ended
     */
    public <T> CompletableFuture<T> withModel(Function<Learner, T> work) {
        var result = new CompletableFuture<T>();
        requireAlive();
        loop.between(() -> {
            try {
                result.complete(work.apply(loop.swaps().learner()));
            } catch (RuntimeException failure) {
                result.completeExceptionally(failure);
            }
        });
        if (loop.hasEnded()) {
            result.completeExceptionally(new UserError("run " + folder.id() + " has ended (" + state() + ")"));
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

    /**
     * The text that it is trained on.
     *
     * @throws UserError if it is trained on a collection of examples
     */
    public Dataset dataset() {
        return data.text();
    }

    /** One of {@link #units()}: {@code a token}, or {@code an example}. */
    public String unit() {
        return data instanceof RunData.OfText ? "a token" : "an example";
    }

    /** What it counts: {@code tokens} of a text, or {@code examples}. */
    public String units() {
        return data instanceof RunData.OfText ? "tokens" : "examples";
    }

    public RunState state() {
        return loop.state();
    }

    /** Steps that were done when it began: 0, or those at the checkpoint that it goes on from. */
    public long firstStep() {
        return beginning.step();
    }

    /** Steps done. */
    public long step() {
        return loop.step();
    }

    public Optional<Measurement> last() {
        return loop.record().last();
    }

    public Optional<Evaluation.Result> evaluated() {
        return loop.milestones().evaluated();
    }

    public double secondsPerStep() {
        return loop.secondsPerStep();
    }

    /** What is in the sockets now. */
    public List<Fitted> wiring() {
        return loop.swaps().wiring();
    }

    /** The sockets of the model now, those within plugins among them. */
    public List<Socket> sockets() {
        requireAlive();
        return loop.swaps().learner().model().rack().fittings().values().stream().map(Fitting::socket).toList();
    }

    /** The sizes of the model now. */
    public ModelSettings model() {
        requireAlive();
        return loop.swaps().learner().model().rack().settings();
    }

    /** What does not learn now, as it was asked for. */
    public List<String> frozen() {
        return model().frozen();
    }

    /** What computes it now. */
    public Engine engine() {
        return loop.swaps().engine();
    }

    public Learner.Size size() {
        return loop.swaps().size();
    }

    /** Swaps that wait for their step. */
    public Map<Long, String> waiting() {
        return loop.swaps().waiting();
    }

    /** The experts' load so far, as {@link RunLoad#rows}. */
    public List<RunLoad.Row> load() {
        return loop.record().load();
    }

    public String loadTable() {
        return loop.record().loadTable();
    }

    /** How many alarms of the load ring: dead experts, and layers that collapsed. */
    public int alarms() {
        return loop.record().alarms();
    }
}
