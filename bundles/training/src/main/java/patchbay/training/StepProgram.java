package patchbay.training;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import patchbay.data.Batches;
import patchbay.data.ExampleBatches;
import patchbay.data.Material;
import patchbay.model.Building;
import patchbay.model.Model;
import patchbay.model.Multimodal;
import patchbay.spi.Mode;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Program;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;

/** One step of training, compiled: forward, backward and update, over one micro-batch or several. */
interface StepProgram extends AutoCloseable {

    /** What the names of sums over a step's micro-batches start with: they are 0 between steps and in no checkpoint. */
    String ACCUMULATED = "accumulated/";

    /** The input that randomness is drawn from, where something is random. */
    String DRAW = "draw";

    /** Runs the step after {@code step} steps. */
    void run(long step, Material material, Routes routes);

    /** What the routers select, by the paths of their sockets. */
    Map<String, Routes.Size> selections();

    /** The program that holds {@code loss}, {@code gradient-norm}, {@code PATH.counts} and the metrics of the last step. */
    Program results();

    /** Programs that a step runs. */
    List<Program> programs();

    /** Names of the outputs of {@link #results()} that plugins and layers published. */
    List<String> metrics();

    @Override
    default void close() {
        programs().forEach(Program::close);
        feed().close();
    }

    /** What writes micro-batches into it. */
    Feed feed();

    static StepProgram compile(Engine engine, Model model, TrainingSettings settings, Variables variables,
            Births births, long seed) {
        return settings.accumulate() == 1
                ? new Whole(engine, model, settings, variables, births, seed)
                : new Accumulating(engine, model, settings, variables, births, seed);
    }

    /** The parameters that are not wholly frozen; all of them are born. */
    private static List<String> learning(Objective objective, FrozenEncoders encoders, Frozen frozen, Births births) {
        objective.names().forEach(births::of);
        encoders.parameters().forEach(births::of);
        var learning = objective.names().stream().filter(name -> !frozen.wholly(name, objective.parameter(name).shape())).toList();
        if (learning.isEmpty()) {
            throw new UserError("everything is frozen: nothing is left that could learn");
        }
        return learning;
    }

    /** A micro-batch on its way into a program. */
    final class Feed implements AutoCloseable {

        private final int[] tokens;
        private final int[] targets;
        private final int[] domains;
        private final int[] draw = new int[1];
        private final boolean draws;
        private final boolean asksDomains;
        private final Map<String, Routes.Size> selections = new LinkedHashMap<>();
        private final boolean follows;
        private final Optional<Intake> intake;

        Feed(Graph graph, Model model, FrozenEncoders encoders, int batch, int time, Objective objective) {
            intake = model instanceof Multimodal multimodal ? Optional.of(new Intake(graph, multimodal, encoders, batch)) : Optional.empty();
            tokens = new int[batch * time];
            targets = new int[batch * time];
            domains = new int[batch * time];
            draws = graph.inputs().containsKey(DRAW);
            asksDomains = graph.inputs().containsKey(Building.DOMAINS);
            follows = graph.inputs().keySet().stream().anyMatch(name -> name.startsWith(Building.IMPOSED));
            objective.building().selected().forEach((path, selected) -> {
                graph.output(SELECTED + path, selected.choices());
                selections.put(path, new Routes.Size(selected.choices().dim(0), selected.choices().dim(1), selected.experts()));
            });
        }

        /** What the names of outputs start with that are what a router selected. */
        private static final String SELECTED = "selected/";

        Map<String, Routes.Size> selections() {
            return Collections.unmodifiableMap(selections);
        }

        /** Computes a micro-batch, its routes from and to {@code routes}. */
        void run(Program program, Material material, long step, int micro, long number, Routes routes) {
            write(program, material, step, micro, number);
            if (follows) {
                var imposed = routes.imposed(step, micro, selections);
                selections.forEach((path, size) -> program.write(Building.IMPOSED + path, input(imposed.map(choices -> choices.get(path)), size)));
            }
            program.run();
            if (routes.areKept()) {
                var chosen = new LinkedHashMap<String, int[]>();
                selections.keySet().forEach(path -> chosen.put(path, program.ints(SELECTED + path)));
                routes.selected(step, micro, selections, chosen);
            }
        }

        @Override
        public void close() {
            intake.ifPresent(Intake::close);
        }

        private static int[] input(Optional<int[]> imposed, Routes.Size size) {
            return imposed.map(choices -> Arrays.stream(choices).map(index -> index + Building.IMPOSED_OFFSET).toArray())
                    .orElseGet(() -> new int[size.rows() * size.width()]);
        }

        /** @param number counts micro-batches from the start of the run */
        private void write(Program program, Material material, long step, int micro, long number) {
            switch (material) {
                case Batches batches -> {
                    batches.fill(step, micro, tokens, targets, domains);
                    program.write("tokens", tokens);
                    program.write("targets", targets);
                    if (asksDomains) {
                        program.write(Building.DOMAINS, domains);
                    }
                }
                case ExampleBatches batches -> {
                    boolean last = micro + 1 == batches.accumulate();
                    long then = last ? step + 1 : step;
                    int follows = last ? 0 : micro + 1;
                    intake.orElseThrow(() -> new IllegalStateException("examples are for models of encoders"))
                            .write(program, List.of(step, micro), () -> batches.at(step, micro), List.of(then, follows), () -> batches.at(then, follows));
                }
            }
            if (draws) {
                draw[0] = (int) number;
                program.write(DRAW, draw);
            }
        }
    }

    /** Everything in one program. */
    final class Whole implements StepProgram {

        private final Update update;
        private final Program program;
        private final Feed feed;
        private final List<String> metrics;

        Whole(Engine engine, Model model, TrainingSettings settings, Variables variables, Births births, long seed) {
            var graph = new Graph(seed);
            int time = model.rack().settings().context();
            var encoders = FrozenEncoders.of(engine, model, variables, seed);
            var objective = Objective.build(graph, model, Mode.TRAINING, settings.batch(), time, encoders.inputs(graph, settings.batch()));
            graph.output("loss", objective.loss());
            objective.tallies().forEach(graph::output);
            var frozen = Frozen.of(model.rack().settings());
            var names = learning(objective, encoders, frozen, births);
            update = new Update(settings, births, frozen);
            update.build(graph, names.stream().map(objective::parameter).toList(), names, objective.gradients(names, settings.recompute()), objective.undecayed());
            model.update(objective.building(), objective.counts());
            metrics = Stream.concat(objective.building().metrics().stream(), objective.building().tallies().keySet().stream()).toList();
            feed = new Feed(graph, model, encoders, settings.batch(), time, objective);
            program = engine.compile(graph, variables);
        }

        @Override
        public void run(long step, Material material, Routes routes) {
            update.write(program, step);
            feed.run(program, material, step, 0, step, routes);
        }

        @Override
        public Map<String, Routes.Size> selections() {
            return feed.selections();
        }

        @Override
        public Feed feed() {
            return feed;
        }

        @Override
        public Program results() {
            return program;
        }

        @Override
        public List<Program> programs() {
            return List.of(program);
        }

        @Override
        public List<String> metrics() {
            return metrics;
        }
    }

    /** One program that adds up gradients, run for each micro-batch, and one that applies them. */
    final class Accumulating implements StepProgram {

        private final int microBatches;
        private final Update update;
        private final Program adding;
        private final Program applying;
        private final List<String> metrics;
        private final Feed feed;

        Accumulating(Engine engine, Model model, TrainingSettings settings, Variables variables, Births births, long seed) {
            microBatches = settings.accumulate();
            int time = model.rack().settings().context();
            var graph = new Graph(seed);
            var encoders = FrozenEncoders.of(engine, model, variables, seed);
            var objective = Objective.build(graph, model, Mode.TRAINING, settings.batch(), time, encoders.inputs(graph, settings.batch()));
            float share = 1f / microBatches;
            var frozen = Frozen.of(model.rack().settings());
            var names = learning(objective, encoders, frozen, births);
            var gradients = objective.gradients(names, settings.recompute());
            for (int i = 0; i < gradients.size(); i++) {
                addUp(names.get(i), gradients.get(i).multiply(share));
            }
            addUp("loss", objective.loss().multiply(share));
            objective.tallies().forEach(Accumulating::addUp);
            metrics = List.copyOf(objective.building().tallies().keySet());

            var apply = new Graph(seed);
            var parameters = names.stream().map(name -> {
                var known = objective.parameter(name);
                return apply.parameter(name, known.shape(), initializer(known));
            }).toList();
            var sums = new java.util.ArrayList<Tensor>();
            for (int i = 0; i < names.size(); i++) {
                sums.add(taken(apply, names.get(i), gradients.get(i)));
            }
            update = new Update(settings, births, frozen);
            update.build(apply, parameters, names, sums, objective.undecayed());
            apply.output("loss", taken(apply, "loss", objective.loss()));
            objective.tallies().forEach((name, tally) -> apply.output(name, taken(apply, name, tally)));
            var counts = new LinkedHashMap<String, Tensor>();
            objective.counts().keySet().forEach(path -> counts.put(path, apply.outputs().get(path + ".counts")));
            model.update(new Building(apply, Mode.TRAINING, model.rack().settings()), counts);

            feed = new Feed(graph, model, encoders, settings.batch(), time, objective);
            adding = engine.compile(graph, variables);
            try {
                applying = engine.compile(apply, variables);
            } catch (RuntimeException | Error failure) {
                adding.close();
                throw failure;
            }
        }

        private static Initializer initializer(Tensor variable) {
            return ((patchbay.tensor.Origin.Variable) variable.origin()).initializer();
        }

        private static void addUp(String name, Tensor part) {
            var graph = part.graph();
            var sum = graph.state(ACCUMULATED + name, part.type(), Initializer.zeros());
            graph.update(sum, sum.add(part));
        }

        /** The sum called {@code name}, which starts again at 0. */
        private static Tensor taken(Graph graph, String name, Tensor like) {
            var sum = graph.state(ACCUMULATED + name, like.type(), Initializer.zeros());
            graph.update(sum, graph.filled(like.shape(), 0));
            return sum;
        }

        @Override
        public void run(long step, Material material, Routes routes) {
            for (int micro = 0; micro < microBatches; micro++) {
                feed.run(adding, material, step, micro, step * microBatches + micro, routes);
            }
            update.write(applying, step);
            applying.run();
        }

        @Override
        public Map<String, Routes.Size> selections() {
            return feed.selections();
        }

        @Override
        public Feed feed() {
            return feed;
        }

        @Override
        public Program results() {
            return applying;
        }

        @Override
        public List<Program> programs() {
            return List.of(adding, applying);
        }

        /** What adds up; a micro-batch's other metrics say little of the step. */
        @Override
        public List<String> metrics() {
            return metrics;
        }
    }
}
