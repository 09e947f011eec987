package patchbay.training;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
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
    private final Map<String, Shape> reshaped;
    /** Variables that the model before keeps elsewhere, or by the other name that is told here: they are copied when this one takes over. */
    private final Map<String, String> moved;
    private Succession succession;
    /** What an earlier model had, which this one goes back to. */
    private Optional<Earlier> earlier;
    private final StepProgram stepProgram;
    private final Evaluation evaluation;
    private final Duration compileTime;

    /** @param drawn what first values are drawn from */
    private Learner(Engine engine, Model model, TrainingSettings settings, long seed, long drawn, Variables variables, Births births,
            Map<String, Shape> reshaped, Map<String, String> moved, Succession succession, Optional<Earlier> earlier) {
        this.engine = engine;
        this.model = model;
        this.settings = settings;
        this.seed = seed;
        this.variables = variables;
        this.births = births;
        this.reshaped = reshaped;
        this.moved = moved;
        this.succession = succession;
        this.earlier = earlier;
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
        return new Learner(engine, model, settings, seed, seed, values, births, Map.of(), Map.of(), Succession.none(), Optional.empty());
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

    /**
     * An earlier model, as far as it takes to go back to it.
     *
     * @param variables what the present one lost is taken from there; what only gained or lost experts keeps the present slices of the others
     * @param births when its parameters joined
     * @param changed experts that it had otherwise, by name, whose slices are taken from there too
     */
    public record Earlier(Variables variables, Map<String, Long> births, Set<String> changed) {

        private boolean has(String name, Shape shape) {
            return variables.contains(name) && variables.type(name).shape().equals(shape);
        }
    }

    private Learner candidate(Engine on, Model changed, long step, Succession given, Optional<Earlier> back) {
        var slices = slices(model, changed, given);
        var taken = on.variables();
        var shapes = new LinkedHashMap<String, Shape>();
        var known = new LinkedHashMap<String, Long>();
        var elsewhere = new LinkedHashMap<String, String>();
        var byUnwrapped = new LinkedHashMap<String, String>();
        variables.names().forEach(name -> byUnwrapped.put(unwrapped(model, name), name));
        asked(changed).forEach((name, shape) -> {
            boolean here = variables.contains(name);
            if (here && variables.type(name).shape().equals(shape)) {
                if (take(name, variables, taken)) {
                    elsewhere.put(name, name);
                }
                known.computeIfAbsent(name, births.steps()::get);
                return;
            }
            var origin = byUnwrapped.get(unwrapped(changed, name)); // of a part that wraps another one, or does so no more
            if (!here && origin != null && variables.type(origin).shape().equals(shape)) {
                copy(origin, variables, name, taken);
                elsewhere.put(name, origin);
                known.computeIfAbsent(name, _ -> births.steps().get(origin));
                return;
            }
            boolean carried = here && carried(changed, name, variables, shape, slices).isPresent();
            if (here && slices.loseSharing() && !carried) {
                throw new UserError("an expert cannot be taken out: " + name + " is " + variables.type(name).shape() + " and would be " + shape
                        + ", which is not one slice an expert");
            }
            var kept = back.filter(model -> !carried && model.has(name, shape));
            if (kept.isPresent()) {
                take(name, kept.get().variables(), taken);
                known.computeIfAbsent(name, kept.get().births()::get);
            } else if (here) {
                shapes.put(name, variables.type(name).shape());
                if (Update.isMoment(name) && carried) {
                    known.computeIfAbsent(Update.parameter(name), births.steps()::get); // as old as its moments
                }
            }
        });
        return new Learner(on, changed, settings, seed, mix(seed, step), taken, Births.at(step, known), shapes, elsewhere, given, back);
    }

    private static String unwrapped(Model model, String variable) {
        var parameter = Update.parameter(variable);
        return variable.substring(0, variable.length() - parameter.length()) + model.rack().unwrapped(parameter);
    }

    /** Shares what lives in the same place and copies what does not; whether it copied. */
    private static boolean take(String name, Variables from, Variables into) {
        boolean copied = !into.isBeside(from);
        if (copied) {
            copy(name, from, name, into);
        } else {
            into.share(name, from);
        }
        return copied;
    }

    private static void copy(String name, Variables from, String to, Variables into) {
        var type = from.type(name);
        if (type.dtype().isFloat()) {
            var floats = new float[type.size()];
            from.read(name, floats);
            into.put(to, type, floats);
        } else {
            var ints = new int[type.size()];
            from.read(name, ints);
            into.put(to, type, ints);
        }
    }

    /** A model of the same run, on the engine that it was on, at values that it had before. */
    public Learner restored(Engine on, Model earlier, Variables values, Map<String, Long> earlierBirths) {
        return resume(on, earlier, settings, seed, values, Births.at(0, earlierBirths));
    }

    /**
     * Passes on what is kept elsewhere, what changed its shape, by the new parts' own rules or expert by expert, and what experts that join or leave pass on.
     * Called once, between two steps of {@code before}.
     */
    public void takeOver(Learner before) {
        moved.forEach((name, origin) -> copy(origin, before.variables, name, variables));
        var slices = slices(before.model, model, succession);
        reshaped.forEach((name, was) -> {
            var type = variables.type(name);
            carried(model, name, before.variables, type.shape(), slices).ifPresent(values -> {
                earlier.filter(model -> model.has(name, type.shape())).ifPresent(model ->
                        slices.restore(was, values, type.shape(), values(model.variables(), name), model.changed()));
                succession.merge().filter(_ -> !Update.isMoment(name)).ifPresent(merge -> merge.shares().forEach((mixture, share) -> {
                    if (name.startsWith(mixture + ".experts.")) {
                        slices.merge(was, values(before.variables, name), type.shape(), values, merge.leaving(), merge.staying(), share);
                    }
                }));
                variables.put(name, type, values);
            });
        });
        if (earlier.isEmpty()) {
            new Newcomers(before.variables, variables, slices, succession.values()).join(model, births.steps().keySet());
        }
        succession = Succession.none(); // it need not be held any longer
        earlier = Optional.empty();
    }

    private static ExpertSlices slices(Model before, Model now, Succession succession) {
        return new ExpertSlices(before.rack().settings(), now.rack().settings(), succession.copies());
    }

    private static float[] values(Variables variables, String name) {
        var values = new float[variables.type(name).size()];
        variables.read(name, values);
        return values;
    }

    /** What becomes of {@code name} in another shape: by the rule of the part that it now belongs to, or expert by expert. */
    private static Optional<float[]> carried(Model model, String name, Variables from, Shape now, ExpertSlices slices) {
        var was = from.type(name).shape();
        var values = values(from, name);
        var parameter = Update.parameter(name);
        return model.rack().fittings().values().stream()
                .filter(fitting -> parameter.startsWith(fitting.socket().path() + "."))
                .max(Comparator.comparingInt(fitting -> fitting.socket().path().length())) // an extra expert's, before the others' around it
                .flatMap(fitting -> {
                    var local = parameter.substring(fitting.socket().path().length() + 1);
                    var carried = fitting.offer().part().carryOver(local, was, values, now);
                    if (carried.isPresent() && carried.get().length != now.size()) {
                        throw new UserError(fitting.place() + " carried over " + carried.get().length + " values of '" + local
                                + "'; its shape " + now + " has " + now.size());
                    }
                    return carried;
                }).or(() -> slices.pass(was, values, now));
    }

    /** Variables that were there with another shape when this model was made. */
    public Set<String> reshaped() {
        return Collections.unmodifiableSet(reshaped.keySet());
    }

    /** Parameters that the model before had by another name, with that. */
    public Map<String, String> renamed() {
        var renamed = new LinkedHashMap<>(moved);
        renamed.entrySet().removeIf(entry -> entry.getKey().equals(entry.getValue()) || Update.isMoment(entry.getKey()));
        return renamed;
    }

    /** The parameters of a model, with their shapes. */
    public static Map<String, Shape> parameters(Model model) {
        var shapes = new LinkedHashMap<>(asked(model));
        shapes.keySet().removeIf(name -> !shapes.containsKey(Update.FIRST + name));
        return shapes;
    }

    /** The variables that a model and its optimizer keep between steps, with their shapes. */
    private static Map<String, Shape> asked(Model model) {
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
