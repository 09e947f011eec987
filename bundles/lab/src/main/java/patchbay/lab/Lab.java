package patchbay.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.data.Tokenizer;
import patchbay.lab.record.Event;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.History;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Provenance;
import patchbay.lab.record.RunFolder;
import patchbay.model.Cache;
import patchbay.model.Decoder;
import patchbay.model.Generator;
import patchbay.model.Model;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.model.Sampling;
import patchbay.model.Task;
import patchbay.tensor.Engine;
import patchbay.tensor.Plan;
import patchbay.tensor.UserError;
import patchbay.training.Births;
import patchbay.training.Frozen;
import patchbay.training.Learner;
import patchbay.training.checkpoint.Checkpoint;
import patchbay.training.checkpoint.CheckpointFolder;

/** Starts runs, resumes them and repeats them; knows those that are alive in this process. */
@Component(service = Lab.class)
public final class Lab {

    private static final Logger LOG = LoggerFactory.getLogger(Lab.class);

    private static final Duration BUILD_LIMIT = Duration.ofSeconds(20);

    private final Engines engines;
    private final Archive archive;
    private final Path runsFolder;
    private final Duration buildLimit;
    private final List<Run> runs = new CopyOnWriteArrayList<>();

    @Activate
    public Lab(BundleContext context,
            @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policyOption = ReferencePolicyOption.GREEDY) List<Engine> engines,
            @Reference Archive archive) {
        this(Engines.choose(engines, Optional.ofNullable(context.getProperty("patchbay.engine")).orElse("auto")), archive, Path.of(Optional.ofNullable(context.getProperty("patchbay.runs")).orElse("runs")),
                Optional.ofNullable(context.getProperty("patchbay.build-limit")).map(Lab::seconds).orElse(BUILD_LIMIT));
    }

    private static Duration seconds(String text) {
        try {
            return Duration.ofMillis(Math.round(Double.parseDouble(text) * 1000));
        } catch (NumberFormatException mistake) {
            LOG.warn("patchbay.build-limit is '{}', which is no number of seconds; {} s are allowed", text, BUILD_LIMIT.toSeconds());
            return BUILD_LIMIT;
        }
    }

    /**
     * @param runsFolder where the runs' folders are
     * @param buildLimit how long a changed model may take to be built and tried, beside {@link Engine#compileTime()}
     */
    public Lab(Engine engine, Archive archive, Path runsFolder, Duration buildLimit) {
        this(new Engines(List.of(engine), engine, "the only one"), archive, runsFolder, buildLimit);
    }

    public Lab(Engines engines, Archive archive, Path runsFolder, Duration buildLimit) {
        this.engines = engines;
        this.archive = archive;
        this.runsFolder = runsFolder;
        this.buildLimit = buildLimit;
    }

    /** Ends all runs with a checkpoint, as the platform stops. */
    @Deactivate
    public void close() {
        runs.forEach(run -> run.stop("the platform stopped"));
        for (var run : runs) {
            try {
                run.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /**
     * Starts a run. Everything that the file says is checked before there is a trace of the run on disk.
     *
     * @throws UserError if the experiment cannot be run as it is
     */
    public Run start(Experiment experiment) {
        return start(experiment, new RunListener() {});
    }

    /** @param listener told everything from the beginning on */
    public Run start(Experiment given, RunListener listener) {
        var imposed = Optional.of(given.model().imposedRouting()).filter(run -> !run.isEmpty()).map(run -> RunFolder.find(runsFolder, run));
        var experiment = imposed.map(other -> given.with(given.model().withImposedRouting(other.id()))).orElse(given);
        var rack = Rack.fit(experiment.model(), experiment.sockets(), archive);
        var racks = new ArrayList<>(List.of(rack));
        for (var swap : experiment.swaps()) {
            var change = Change.of(swap.socket(), swap.plug());
            racks.add(change.apply(racks.getLast(), archive, Optional.empty()));
            engines.available(change.engine(engine().name(), Optional.empty()));
        }
        var inheritance = Optional.of(experiment.from()).filter(from -> !from.isEmpty()).map(from -> Inheritance.of(runsFolder, from, engine()));
        var data = RunData.read(experiment);
        if (data instanceof RunData.OfText) {
            inheritance.ifPresent(from -> from.check(data.text().tokenizer()));
        }
        racks.forEach(data::check);
        var model = data.model(rack);
        Guard.within(buildLimit, "reading the first examples", () -> {
            data.checkReaders(model);
            return true;
        });
        var learner = Learner.begin(engine(), model, experiment.training(), experiment.seed());
        experiment.model().frozen().forEach(what -> Frozen.check(what, experiment.model(), learner.births().keySet()));
        if (experiment.training().recordRouting()) {
            Routing.requireSelections(learner, "recorded");
        }
        imposed.ifPresent(other -> Routing.check(other, experiment, data.sha256(), learner, 0));
        var inherited = inheritance.map(from -> from.passTo(learner));
        var folder = RunFolder.create(runsFolder, experiment.name(), experiment.toYaml());
        inherited.ifPresent(_ -> Inheritance.keep(learner, folder));
        imposed.ifPresent(other -> Routing.keep(other, folder));
        keep(data, folder);
        folder.write(provenance(experiment, data));
        var wiring = Fitted.of(rack.fittings().values());
        return begin(new RunStart(folder, experiment, data, archive, engines, buildLimit, learner, 0, new Event.Started(0, wiring),
                inherited, Script.of(experiment, 0), true), listener);
    }

    /**
     * Goes on with a run from its last whole checkpoint, or from the beginning if there is none, and repeats the swaps
     * that came after it: what follows is what would have followed without the interruption.
     */
    public Run resume(String id, RunListener listener) {
        var folder = RunFolder.find(runsFolder, id);
        alive(folder.id()).ifPresent(run -> {
            throw new UserError("run " + run.id() + " is " + run.state() + " already");
        });
        var experiment = Experiment.read(folder.experiment(), List.of());
        var history = Journal.read(folder.journal());
        var data = RunData.same(experiment, folder);
        var latest = new CheckpointFolder(folder.checkpoints()).latest(found ->
                Script.of(history, folder, CheckpointState.of(found).journalled(), experiment, found.step()).isRepeatable());
        latest.skipped().forEach(reason -> LOG.warn("checkpoint passed over: {}", reason));
        if (latest.checkpoint().isEmpty()) {
            var sockets = history.wiringAtStart();
            var origin = Inheritance.kept(folder);
            int journalled = origin.isPresent() ? 2 : 1; // it began, and with what
            return begin(new RunStart(folder, experiment, data, archive, engines, buildLimit, learner(engine(), experiment, data, sockets, origin), 0,
                    new Event.Resumed(0, "", journalled, sockets), Optional.empty(), Script.of(history, folder, journalled, experiment, 0), true), listener);
        }
        var checkpoint = latest.checkpoint().get();
        if (checkpoint.step() >= experiment.training().steps()) {
            throw new UserError("run " + folder.id() + " has done all of its " + experiment.training().steps() + " steps");
        }
        var state = CheckpointState.of(checkpoint);
        var learner = learner(engineAt(checkpoint.step(), history, state.journalled()), experiment, data, state.sockets(), Optional.of(checkpoint));
        return begin(new RunStart(folder, experiment, data, archive, engines, buildLimit, learner, checkpoint.step(),
                new Event.Resumed(checkpoint.step(), folder.relative(checkpoint.folder()), state.journalled(), state.sockets()),
                Optional.empty(), Script.of(history, folder, state.journalled(), experiment, checkpoint.step()), true), listener);
    }

    /** Starts a run anew from its record: the same data, plugins of the same hashes, the same swaps at the same steps. */
    public Run repeat(RunFolder original, RunListener listener) {
        var experiment = Experiment.read(original.experiment(), List.of());
        var history = Journal.read(original.journal()).effective();
        var data = RunData.same(experiment, original);
        var learner = learner(engine(), experiment, data, history.wiringAtStart(), Inheritance.kept(original));
        var folder = RunFolder.create(runsFolder, "replay-of-" + original.id(), experiment.toYaml());
        keep(data, folder);
        folder.write(provenance(experiment, data));
        folder.copy(original.imposed(), folder.imposed());
        folder.copy(original.imports(), folder.imports());
        if (Files.exists(original.origin())) {
            Inheritance.keep(learner, folder);
        }
        return begin(new RunStart(folder, experiment, data, archive, engines, buildLimit, learner, 0, new Event.Started(0, history.wiringAtStart()),
                history.last(Event.Inherited.class), Script.of(history, folder), false), listener);
    }

    private Run begin(RunStart start, RunListener listener) {
        var run = new Run(start);
        run.listen(listener);
        runs.add(run);
        run.begin();
        return run;
    }

    /** The engine that the run had been swapped to when its checkpoint was taken, if it can compute here; else the one that serves. */
    private Engine engineAt(long step, History history, long journalled) {
        var name = history.upTo(journalled).effective().engine();
        try {
            return name.map(engines::available).orElseGet(this::engine);
        } catch (UserError unavailable) {
            LOG.warn("step {}: the run goes on on {}, not on {}: {}", step, engine().name(), name.orElseThrow(), unavailable.getMessage());
            return engine();
        }
    }

    private Learner learner(Engine engine, Experiment experiment, RunData data, List<Fitted> sockets, Optional<Checkpoint> checkpoint) {
        var model = checkpoint.map(CheckpointState::of).map(state -> state.model(experiment.model())).orElse(experiment.model());
        var built = data.model(Change.rack(model, sockets, archive));
        var variables = engine.variables();
        checkpoint.ifPresent(from -> CheckpointState.restore(from, variables));
        var births = checkpoint.map(from -> CheckpointState.of(from).births(from.step())).orElse(Births.at(0, Map.of()));
        return Learner.resume(engine, built, experiment.training(), experiment.seed(), variables, births);
    }

    /** What the tokens mean, for those who generate. */
    private static void keep(RunData data, RunFolder folder) {
        if (data instanceof RunData.OfText) {
            data.text().tokenizer().save(folder.tokenizer());
        }
    }

    private Provenance provenance(Experiment experiment, RunData data) {
        return Provenance.of(experiment.name(), experiment.seed(),
                new Provenance.Data(experiment.data().source(), experiment.data().path(), data.sha256()), engine(), archive.offers());
    }

    /** The runs of this process, the newest last, ended ones included. */
    public List<Run> runs() {
        return List.copyOf(runs);
    }

    /** The newest run of this process that is alive, or else the newest. */
    public Optional<Run> current() {
        var all = runs();
        return all.reversed().stream().filter(Run::alive).findFirst()
                .or(() -> all.isEmpty() ? Optional.empty() : Optional.of(all.getLast()));
    }

    /** Takes a run that has ended off the list, and with it what it holds in memory; its folder stays. */
    public void forget(Run run) {
        if (!run.alive()) {
            runs.remove(run);
        }
    }

    private Optional<Run> alive(String id) {
        return runs.stream().filter(run -> run.id().equals(id) && run.alive()).findFirst();
    }

    /** What can be done with a run's last checkpoint. */
    private Trained trained(String id) {
        return new Trained(RunFolder.find(runsFolder, id), archive, engine());
    }

    /** A model out of a run's last checkpoint, to generate with. */
    public Generation generation(String id) {
        return trained(id).generation();
    }

    /** {@link Trained#describe}. */
    public String describe(String id, Map<String, byte[]> files, Sampling sampling, long seed) {
        return trained(id).describe(files, sampling, seed);
    }

    /** {@link Trained#heldOut}. */
    public HeldOut heldOut(String id, Optional<Plug> position) {
        return trained(id).heldOut(position);
    }

    /** {@link Trained#measured}. */
    public Optional<Trained.Measured> measured(String id) {
        return trained(id).measured();
    }

    /** {@link Trained#listening}. */
    public Trained.Listening listening(String id, String modality) {
        return trained(id).listening(modality);
    }

    /**
     * What the programs of a run's model do, with what is in its sockets now and on the engine that it is on. They are compiled
     * anew beside the run, which goes on meanwhile, and start from first values of their own.
     */
    public List<Plan> plans(RunFolder folder, Phase phase) {
        var experiment = Experiment.read(folder.experiment(), List.of());
        var model = model(folder, experiment);
        var on = alive(folder.id()).map(Run::engine).orElseGet(this::engine);
        if (phase == Phase.decode) {
            try (var generator = new Generator(on, decoder(folder, experiment), on.variables())) {
                return generator.plan().stream().toList();
            }
        }
        try (var learner = Learner.begin(on, model, experiment.training(), experiment.seed())) {
            return phase == Phase.train ? learner.trainingPlans() : learner.evaluationPlan().stream().toList();
        }
    }

    /** What the parts of a run's model keep of the tokens that they read, with what is in its sockets now. */
    public List<Cache> caches(RunFolder folder) {
        return Generator.caches(decoder(folder, Experiment.read(folder.experiment(), List.of())));
    }

    private Model model(RunFolder folder, Experiment experiment) {
        return experiment.model().task().kind() == Task.Kind.language ? decoder(folder, experiment) : RunData.read(experiment).model(rack(folder, experiment));
    }

    private Decoder decoder(RunFolder folder, Experiment experiment) {
        Trained.requireText(experiment, folder);
        var tokenizer = Tokenizer.load(folder.tokenizer());
        return new Decoder(rack(folder, experiment), tokenizer.vocabularySize(), DataNames.of(tokenizer));
    }

    /** With what is in the run's sockets now. */
    private Rack rack(RunFolder folder, Experiment experiment) {
        var wiring = alive(folder.id()).map(Run::wiring).orElseGet(() -> Journal.read(folder.journal()).effective().wiring());
        var model = alive(folder.id()).map(Run::model).orElseGet(() -> new CheckpointFolder(folder.checkpoints()).latest().checkpoint()
                .map(last -> CheckpointState.of(last).model(experiment.model())).orElse(experiment.model()));
        return Change.rack(model, wiring, archive);
    }

    public Engines engines() {
        return engines;
    }

    /** The engine that serves where no other is asked for. */
    public Engine engine() {
        return engines.serving();
    }

    public Archive archive() {
        return archive;
    }

    public Path runsFolder() {
        return runsFolder;
    }
}
