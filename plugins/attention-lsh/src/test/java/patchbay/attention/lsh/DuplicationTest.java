package patchbay.attention.lsh;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.engine.cpu.CpuEngine;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Mode;
import patchbay.tensor.Gradients;
import patchbay.tensor.Graph;
import patchbay.tensor.Initializer;
import patchbay.tensor.Optimizers;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;
import patchbay.tensor.operations.AdamW;

/**
 * The duplication task of Reformer (section 2, table 2), small: texts 0w0w of random symbols, of which the second w can be predicted by who finds the
 * first. One layer learns it with few hashes; with more at evaluation it finds more. The table is written to {@code target/duplication.md}, after
 * {@code -Dduplication.steps} steps of training with each of {@code -Dduplication.seeds} seeds.
 */
class DuplicationTest {

    private static final int STEPS = Integer.getInteger("duplication.steps", 500);
    private static final int SEEDS = Integer.getInteger("duplication.seeds", 1);

    private static final int SYMBOLS = 32;
    private static final int WORD = 31;
    private static final int TIME = 2 * WORD + 1; // the last symbol is a target only
    private static final int BATCH = 16;
    private static final int DIM = 64;
    private static final int TRAINED = 2;
    private static final Map<String, Object> LSH = Map.of("hashes", TRAINED, "buckets", 64, "keys", 32);
    private static final ModelSettings SETTINGS = new ModelSettings(1, DIM, 4, TIME, 1, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);

    @Test
    void moreHashesAtEvaluationFindMore() throws IOException {
        int[] hashes = {1, 2, 4, 8};
        var accuracy = new double[hashes.length];
        try (var engine = new CpuEngine(2)) {
            for (int seed = 1; seed <= SEEDS; seed++) {
                var variables = engine.variables();
                train(engine, variables, seed);
                for (int i = 0; i < hashes.length; i++) {
                    accuracy[i] += accuracy(engine, variables, hashes[i]) / SEEDS;
                }
            }
        }
        var table = new StringBuilder("| hashes at evaluation | 1 | 2 | 4 | 8 |\n|---|---|---|---|---|\n| the second w is right |");
        IntStream.range(0, hashes.length).forEach(i -> table.append(String.format(Locale.ROOT, " %.1f %% |", 100 * accuracy[i])));
        Files.writeString(Path.of("target/duplication.md"), table.append('\n'));
        for (int i = 1; i < hashes.length; i++) {
            assertTrue(accuracy[i] > accuracy[i - 1], "more hashes found less:\n" + table);
        }
    }

    /** Logits [B · T, symbols + 1] of tokens [B, T]: embeddings with positions, attention, a head. */
    private static Tensor logits(Graph graph, Mode mode, int evaluationHashes) {
        var tokens = graph.input("tokens", TensorType.i32(BATCH, TIME));
        var options = new HashMap<>(LSH);
        options.put("evaluation-hashes", evaluationHashes);
        var attention = new LshAttention();
        var scope = new Bench(new Building(graph, mode, SETTINGS), "attention", options).scope(attention, new PlainParts.PlainPosition());
        var x = graph.parameter("symbols", Shape.of(SYMBOLS + 1, DIM), Initializer.normal(1)).gather(tokens)
                .add(graph.parameter("positions", Shape.of(TIME, DIM), Initializer.normal(1)));
        var y = x.add(attention.forward(scope, x)).reshape(BATCH * TIME, DIM).rmsNorm(graph.parameter("gain", Shape.of(DIM), Initializer.ones()), 1e-5f);
        return y.matmul(graph.parameter("head", Shape.of(DIM, SYMBOLS + 1), Initializer.normal(0.02f)));
    }

    private static void train(CpuEngine engine, Variables variables, int seed) {
        var graph = new Graph(seed);
        var loss = logits(graph, Mode.TRAINING, 0).crossEntropy(graph.input("targets", TensorType.i32(BATCH * TIME))).sum();
        var hyper = graph.input("hyper", TensorType.f32(AdamW.HYPER));
        var parameters = List.copyOf(graph.parameters().entrySet());
        var gradients = Gradients.of(loss.multiply(1f / (BATCH * WORD)), parameters.stream().map(Map.Entry::getValue).toList());
        var adamW = new AdamW(0.9f, 0.98f, 1e-8f, 0);
        var one = graph.constant(Shape.of(1), 1f);
        for (int i = 0; i < parameters.size(); i++) {
            var name = parameters.get(i).getKey();
            var parameter = parameters.get(i).getValue();
            var m = graph.state(name + ".m", parameter.type(), Initializer.zeros());
            var v = graph.state(name + ".v", parameter.type(), Initializer.zeros());
            var moved = Optimizers.adamW(adamW, parameter, gradients.get(i), m, v, hyper, one);
            graph.update(parameter, moved.parameter());
            graph.update(m, moved.m());
            graph.update(v, moved.v());
        }
        try (var trial = Trial.of(engine, graph, variables)) {
            for (int step = 1; step <= STEPS; step++) {
                feed(trial, 1000L * seed + step).with("hyper", adamW.hyper(4e-3f * Math.min(1, step / 50f), step)).run();
            }
        }
    }

    /** Draws words; tokens, and targets where they can be known. */
    private static Trial feed(Trial trial, long seed) {
        return trial.with("tokens", tokens(seed)).with("targets", targets(seed));
    }

    private static int[] text(long seed, int row) {
        var word = new SplittableRandom(1000 * seed + row).ints(WORD, 1, SYMBOLS + 1).toArray();
        return IntStream.range(0, TIME + 1).map(i -> i % (WORD + 1) == 0 ? 0 : word[i % (WORD + 1) - 1]).toArray();
    }

    private static int[] tokens(long seed) {
        return IntStream.range(0, BATCH * TIME).map(i -> text(seed, i / TIME)[i % TIME]).toArray();
    }

    private static int[] targets(long seed) {
        return IntStream.range(0, BATCH * TIME).map(i -> i % TIME > WORD ? text(seed, i / TIME)[i % TIME + 1] : -1).toArray();
    }

    /** Of words that were not trained on, the share of the second ones' symbols that are predicted. */
    private static double accuracy(CpuEngine engine, Variables variables, int hashes) {
        var graph = new Graph();
        graph.output("predicted", logits(graph, Mode.EVALUATION, hashes).argmax(1));
        int right = 0;
        int asked = 0;
        try (var trial = Trial.of(engine, graph, variables)) {
            for (int seed = 1; seed <= 20; seed++) {
                var predicted = trial.with("tokens", tokens(-seed)).run().ints("predicted");
                var targets = targets(-seed);
                for (int i = 0; i < targets.length; i++) {
                    asked += targets[i] < 0 ? 0 : 1;
                    right += predicted[i] == targets[i] ? 1 : 0;
                }
            }
        }
        return (double) right / asked;
    }
}
