package patchbay.training;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import patchbay.data.HeldOutMaterial;
import patchbay.data.Material;
import patchbay.model.Decoder;
import patchbay.model.Model;
import patchbay.model.Multimodal;
import patchbay.spi.Mode;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Plan;
import patchbay.tensor.Profile;
import patchbay.tensor.Program;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;

/**
 * A model with everything that it has learnt, and the programs that train and evaluate it. One thread at a time.
 *
 * <p>A changed model is made beside the running one by {@link #candidate}, which shares the storage of every variable that
 * keeps its name and shape (on another engine: copies it), and takes over between two steps by {@link #takeOver}.
 */
public final class Learner implements AutoCloseable {

    private final Engine engine;
    private final Model model;
    private final TrainingSettings settings;
    private final long seed;
    private final Variables variables;
    private final Births births;
    private final TakeOver takeOver;
    private final StepProgram stepProgram;
    private final Evaluation evaluation;
    private final Duration compileTime;

    /** @param drawn what first values are drawn from */
    private Learner(Engine engine, Model model, TrainingSettings settings, long seed, long drawn, TakeOver takeOver) {
        this.engine = engine;
        this.model = model;
        this.settings = settings;
        this.seed = seed;
        this.variables = takeOver.variables();
        this.births = takeOver.births();
        this.takeOver = takeOver;
        long began = System.nanoTime();
        this.stepProgram = StepProgram.compile(engine, model, settings, variables, births, drawn);
        try {
            this.evaluation = new Evaluation(engine, model, settings.batch(), variables, drawn);
        } catch (RuntimeException | Error failure) {
            stepProgram.close();
            throw failure;
        }
        this.compileTime = Duration.ofNanos(System.nanoTime() - began);
    }

    /** A model at its first values, drawn from {@code seed}. */
    public static Learner begin(Engine engine, Model model, TrainingSettings settings, long seed) {
        return resume(engine, model, settings, seed, engine.variables(), Births.at(0, Map.of()));
    }

    /** A model with values from elsewhere, such as a checkpoint, for variables of those names. */
    public static Learner resume(Engine engine, Model model, TrainingSettings settings, long seed, Variables values, Births births) {
        return new Learner(engine, model, settings, seed, seed, TakeOver.none(values, births));
    }

    /**
     * Another model beside this one, compiled: it shares this one's variables where names and shapes are the same and
     * starts with first values elsewhere. This one can go on training meanwhile.
     *
     * @param step steps done when the other is to take over
     */
    public Learner candidate(Model changed, long step) {
        return candidate(engine, changed, step, Succession.none());
    }

    /** A {@link #candidate} that may have gained or lost experts, or be on another engine. */
    public Learner candidate(Engine on, Model changed, long step, Succession succession) {
        return candidate(on, changed, step, succession, Optional.empty());
    }

    /** A {@link #candidate} that goes back to an earlier model. */
    public Learner candidate(Engine on, Model changed, long step, Earlier earlier) {
        return candidate(on, changed, step, Succession.none(), Optional.of(earlier));
    }

    private Learner candidate(Engine on, Model changed, long step, Succession succession, Optional<Earlier> earlier) {
        return new Learner(on, changed, settings, seed, mix(seed, step), TakeOver.of(this, on, changed, step, succession, earlier));
    }

    /** A model of the same run, on the engine that it was on, at values that it had before. */
    public Learner restored(Engine on, Model earlier, Variables values, Map<String, Long> earlierBirths) {
        return resume(on, earlier, settings, seed, values, Births.at(0, earlierBirths));
    }

    /**
     * Takes over from the model that this one is a candidate for. Called once, between two steps of {@code before}.
     */
    public void takeOver(Learner before) {
        takeOver.takeOver(before, model);
    }

    /** Variables that were there with another shape when this model was made. */
    public Set<String> reshaped() {
        return takeOver.reshaped();
    }

    /** Variables of that name that the model before had too, but which begin anew, with what was trained elsewhere. */
    public Set<String> anew() {
        return takeOver.anew();
    }

    /** Parameters that the model before had by another name, with that. */
    public Map<String, String> renamed() {
        return takeOver.renamed();
    }

    /** The parameters of a model, with their shapes. */
    public static Map<String, Shape> parameters(Model model) {
        var shapes = new LinkedHashMap<>(asked(model));
        shapes.keySet().removeIf(name -> !shapes.containsKey(Update.FIRST + name));
        return shapes;
    }

    /** The variables that a model and its optimizer keep between steps, with their shapes. */
    static Map<String, Shape> asked(Model model) {
        var graph = new Graph();
        var objective = Objective.build(graph, model, Mode.TRAINING, 1, 1);
        model.update(objective.building(), objective.counts());
        var shapes = new LinkedHashMap<String, Shape>();
        graph.variables().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        graph.parameters().forEach((name, tensor) -> {
            shapes.put(Update.FIRST + name, tensor.shape());
            shapes.put(Update.SECOND + name, tensor.shape());
        });
        return shapes;
    }

    /** What a step showed. Loss in nats; counts by the path of the mixture layer. */
    public record Step(long step, float loss, float gradientNorm, double rate, Map<String, float[]> counts, Map<String, float[]> metrics) {}

    /** Trains one step, the one after {@code step} steps. */
    public Step step(long step, Material batches) {
        return step(step, batches, Routes.OWN);
    }

    /** @param routes is asked for, and told, what routers select */
    public Step step(long step, Material batches, Routes routes) {
        stepProgram.run(step, batches, routes);
        var results = stepProgram.results();
        var counts = new LinkedHashMap<String, float[]>();
        model.mixtures().forEach(path -> counts.put(path, results.floats(path + ".counts")));
        var metrics = new TreeMap<String, float[]>();
        stepProgram.metrics().forEach(name -> metrics.put(name, results.floats(name)));
        return new Step(step, results.scalar("loss"), results.scalar("gradient-norm"), new Schedule(settings).rate(step), counts, metrics);
    }

    /** What routers select in a training step, by the paths of their sockets; one that selects nothing is not among them. */
    public Map<String, Routes.Size> selections() {
        return stepProgram.selections();
    }

    /** Takes the times of the kernels of steps from now on, or ends and forgets that; see {@link Program#profile(boolean)}. */
    public void profile(boolean on) {
        stepProgram.programs().forEach(program -> program.profile(on));
    }

    /** What was measured of steps since then, also after this was closed. */
    public Optional<Profile> profile() {
        return stepProgram.programs().stream().flatMap(program -> program.profile().stream()).reduce(Profile::plus);
    }

    /** Held-out loss and load over all of {@code batches}. */
    public Evaluation.Result evaluate(HeldOutMaterial batches) {
        return evaluation.run(batches);
    }

    public Model model() {
        return model;
    }

    public Engine engine() {
        return engine;
    }

    /**
     * The model, if it goes on with texts.
     *
     * @throws UserError if it does not
     */
    public Decoder decoder() {
        return switch (model) {
            case Decoder decoder -> decoder;
            case Multimodal multimodal -> throw new UserError("a model whose task is " + multimodal.task().kind() + " goes on with no text; this is for those that do");
        };
    }

    /** How long it took to compile the programs. */
    public Duration compileTime() {
        return compileTime;
    }

    public TrainingSettings settings() {
        return settings;
    }

    /** Everything that is learnt and remembered. */
    public Variables variables() {
        return variables;
    }

    public Map<String, Long> births() {
        return births.steps();
    }

    /** The run's; with the number of steps done it says what the first values of a swap's new variables are drawn from. */
    public long seed() {
        return seed;
    }

    /** Bytes of all programs' buffers. */
    public long memory() {
        var programs = new ArrayList<Program>(stepProgram.programs());
        programs.add(evaluation.program());
        return programs.stream().mapToLong(Program::memory).sum();
    }

    /** What the programs of a training step do, in their order; empty if the engine does not say. */
    public List<Plan> trainingPlans() {
        return stepProgram.programs().stream().flatMap(program -> program.plan().stream()).toList();
    }

    /** What the evaluation of a batch does; empty if the engine does not say. */
    public Optional<Plan> evaluationPlan() {
        return evaluation.program().plan();
    }

    /** Number of parameters, and of those that one token uses. */
    public record Size(long parameters, long active) {}

    public Size size() {
        long all = 0;
        long idle = 0;
        for (var name : births.steps().keySet()) {
            long size = variables.type(name).size();
            all += size;
            if (name.contains(".moe.experts.")) {
                var sizes = model.rack().settings(name);
                idle += size * (sizes.routed() - sizes.k()) / sizes.routed();
            }
        }
        return new Size(all, all - idle);
    }

    /** Whether a variable is one of the optimizer's moments. */
    public static boolean isMoment(String variable) {
        return Update.isMoment(variable);
    }

    /** Whether a variable is a sum within a step, and 0 between steps. */
    public static boolean isTransient(String variable) {
        return variable.startsWith(StepProgram.ACCUMULATED);
    }

    /** Frees the programs; the variables stay with whoever shares them. */
    @Override
    public void close() {
        stepProgram.close();
        evaluation.close();
    }

    private static long mix(long seed, long step) {
        return (seed ^ step * 0x9e3779b97f4a7c15L) * 0xbf58476d1ce4e5b9L;
    }
}
