package patchbay.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import patchbay.data.EvaluationBatches;
import patchbay.model.Building;
import patchbay.model.Decoder;
import patchbay.spi.Mode;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.Variables;

/** The program that measures a model on held-out text, with nothing random in it. */
public final class Evaluation implements AutoCloseable {

    private final Program program;
    private final Decoder decoder;
    private final int[] tokens;
    private final int[] targets;
    private final int[] domains;
    private final boolean asksDomains;

    Evaluation(Engine engine, Decoder decoder, int batch, Variables variables, long seed) {
        var graph = new Graph(seed);
        int time = decoder.rack().settings().context();
        var objective = Objective.build(graph, decoder, Mode.EVALUATION, batch, time);
        graph.output("loss", objective.loss());
        objective.counts().forEach((path, counts) -> graph.output(path + ".counts", counts));
        objective.taken().forEach((path, taken) -> graph.output(path + ".taken", taken));
        this.program = engine.compile(graph, variables);
        this.decoder = decoder;
        this.tokens = new int[batch * time];
        this.targets = new int[batch * time];
        this.domains = new int[batch * time];
        this.asksDomains = graph.inputs().containsKey(Building.DOMAINS);
    }

    /** Measures a model with values from elsewhere. */
    public static Result of(Engine engine, Decoder decoder, Variables values, int batch, EvaluationBatches batches) {
        try (var evaluation = new Evaluation(engine, decoder, batch, values, 0)) {
            return evaluation.run(batches);
        }
    }

    /**
     * @param loss mean over all batches, in nats a token
     * @param counts tokens of each expert over all batches, by the path of the mixture layer
     * @param domains tokens of each domain and expert over all batches, [domains][experts], by the path of the mixture layer
     */
    public record Result(double loss, Map<String, float[]> counts, Map<String, double[][]> domains) {}

    Result run(EvaluationBatches batches) {
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
            for (var path : decoder.mixtures()) {
                counts.merge(path, program.floats(path + ".counts"), Evaluation::add);
                byDomain.put(path, addByDomain(byDomain.getOrDefault(path, new double[0][]), program.floats(path + ".taken")));
            }
        }
        return new Result(sum / batches.count(), counts, byDomain);
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
    }
}
