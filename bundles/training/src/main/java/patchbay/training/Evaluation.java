package patchbay.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import patchbay.data.EvaluationBatches;
import patchbay.data.HeldOutExamples;
import patchbay.data.HeldOutMaterial;
import patchbay.model.Building;
import patchbay.model.Model;
import patchbay.model.Multimodal;
import patchbay.spi.Mode;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.Variables;

/** The program that measures a model on what was held out, with nothing random in it. */
public final class Evaluation implements AutoCloseable {

    private final Program program;
    private final Model model;
    private final Optional<Intake> intake;
    private final Optional<Answers.Layout> answers;
    private final int[] tokens;
    private final int[] targets;
    private final int[] domains;
    private final boolean asksDomains;

    Evaluation(Engine engine, Model model, int batch, Variables variables, long seed) {
        var graph = new Graph(seed);
        int time = model.rack().settings().context();
        var objective = Objective.build(graph, model, Mode.EVALUATION, batch, time);
        graph.output("loss", objective.loss());
        objective.counts().forEach((path, counts) -> graph.output(path + ".counts", counts));
        objective.taken().forEach((path, taken) -> graph.output(path + ".taken", taken));
        this.answers = objective.answers().map(forward -> Answers.Layout.of(graph, forward));
        this.program = engine.compile(graph, variables);
        this.model = model;
        this.intake = model instanceof Multimodal multimodal ? Optional.of(new Intake(graph, multimodal, FrozenEncoders.none(engine, variables), batch)) : Optional.empty();
        this.tokens = new int[batch * time];
        this.targets = new int[batch * time];
        this.domains = new int[batch * time];
        this.asksDomains = graph.inputs().containsKey(Building.DOMAINS);
    }

    /** Measures a model with values from elsewhere. */
    public static Result of(Engine engine, Model model, Variables values, int batch, HeldOutMaterial batches) {
        try (var evaluation = new Evaluation(engine, model, batch, values, 0)) {
            return evaluation.run(batches);
        }
    }

    /**
     * @param loss mean over all batches, in nats a token or an example
     * @param counts tokens of each expert over all batches, by the path of the mixture layer
     * @param domains tokens of each domain and expert over all batches, [domains][experts], by the path of the mixture layer
     * @param measures what else was measured, by name: {@code accuracy}, {@code recall@1 image→text}
     */
    public record Result(double loss, Map<String, float[]> counts, Map<String, double[][]> domains, Map<String, Double> measures) {}

    Result run(HeldOutMaterial material) {
        return switch (material) {
            case EvaluationBatches batches -> run(batches);
            case HeldOutExamples examples -> run(examples);
        };
    }

    private Result run(HeldOutExamples examples) {
        double sum = 0;
        var counts = new LinkedHashMap<String, float[]>();
        var given = new Answers(answers.orElseThrow(), model);
        for (int i = 0; i < examples.count(); i++) {
            var now = examples.at(i);
            intake.orElseThrow().write(program, now);
            program.run();
            sum += (double) program.scalar("loss") * now.size();
            model.mixtures().forEach(path -> counts.merge(path, program.floats(path + ".counts"), Evaluation::add));
            given.add(program, now);
        }
        return new Result(sum / examples.examples().size(), counts, Map.of(), given.measures());
    }

    private Result run(EvaluationBatches batches) {
        double sum = 0;
        var counts = new LinkedHashMap<String, float[]>();
        var byDomain = new LinkedHashMap<String, double[][]>();
        for (int i = 0; i < batches.count(); i++) {
            batches.fill(i, tokens, targets, domains);
            program.write("tokens", tokens);
            program.write("targets", targets);
            if (asksDomains) {
                program.write(Building.DOMAINS, domains);
            }
            program.run();
            sum += program.scalar("loss");
            for (var path : model.mixtures()) {
                counts.merge(path, program.floats(path + ".counts"), Evaluation::add);
                byDomain.put(path, addByDomain(byDomain.getOrDefault(path, new double[0][]), program.floats(path + ".taken")));
            }
        }
        return new Result(sum / batches.count(), counts, byDomain, Map.of());
    }

    /** @param taken [tokens, experts]: 1 where a token was with an expert */
    private double[][] addByDomain(double[][] sums, float[] taken) {
        int experts = taken.length / domains.length;
        int known = Math.max(sums.length, 1 + Arrays.stream(domains).max().orElse(0));
        var all = Arrays.copyOf(sums, known);
        for (int domain = sums.length; domain < known; domain++) {
            all[domain] = new double[experts];
        }
        for (int token = 0; token < domains.length; token++) {
            for (int expert = 0; expert < experts; expert++) {
                all[domains[token]][expert] += taken[token * experts + expert];
            }
        }
        return all;
    }

    private static float[] add(float[] sum, float[] more) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += more[i];
        }
        return sum;
    }

    Program program() {
        return program;
    }

    @Override
    public void close() {
        program.close();
        intake.ifPresent(Intake::close);
    }
}
