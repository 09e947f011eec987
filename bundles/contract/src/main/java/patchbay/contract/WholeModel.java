package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import patchbay.model.Building;
import patchbay.model.Decoder;
import patchbay.model.ModelSettings;
import patchbay.spi.Mode;
import patchbay.spi.Part;
import patchbay.spi.Plugin;
import patchbay.tensor.DType;
import patchbay.tensor.Graph;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

/** A decoder of every kind of layer, with the plugin under test wherever it fits and plain ones elsewhere. */
public final class WholeModel {

    /** Layer 1 is dense, the others mixtures with a shared expert. */
    public static final ModelSettings SETTINGS = new ModelSettings(3, 16, 4, 13, 12, 4, 2, 1, List.of("1"), true, 0, ModelSettings.Norm.rms);
    private static final int VOCABULARY = 11;
    private static final int BATCH = 2;
    private static final int TIME = 13;

    private final Decoder decoder;

    /** A part that cannot be causal has its leak accepted. */
    public WholeModel(Part part, Map<String, Object> options) {
        this(PlainParts.decoder(accepting(SETTINGS, part), VOCABULARY, part, options));
    }

    private static ModelSettings accepting(ModelSettings settings, Part part) {
        var leaks = part.canBeCausal() ? List.<String>of() : List.of(part.getClass().getAnnotation(Plugin.class).value());
        return settings.withLeaks(leaks);
    }

    /** @param decoder of a context of 13 and a vocabulary of 11 at least */
    public WholeModel(Decoder decoder) {
        this.decoder = decoder;
    }

    private static int[] tokens() {
        return new SplittableRandom(5).ints(BATCH * TIME, 0, VOCABULARY).toArray();
    }

    /** Logits [B · T, vocabulary] of whole sequences; {@code counts} of each mixture's experts; {@code balance}. */
    private Trial whole(int batch, int time, Variables variables) {
        var graph = new Graph(3);
        var forward = decoder.build(new Building(graph, Mode.EVALUATION, decoder.rack().settings()),
                graph.input("tokens", TensorType.i32(batch, time)));
        graph.output("logits", forward.logits());
        forward.routings().forEach((path, routing) -> graph.output(path + ".counts", routing.counts()));
        forward.balance().ifPresent(balance -> graph.output("balance", balance));
        return Trial.of(new ReferenceEngine(), graph, variables);
    }

    private Trial decoding(int time, Variables variables) {
        var graph = new Graph(3);
        var forward = decoder.build(new Building(graph, Mode.DECODING, decoder.rack().settings()),
                graph.input("tokens", TensorType.i32(BATCH, time)));
        graph.output("logits", forward.logits());
        return Trial.of(new ReferenceEngine(), graph, variables);
    }

    /** A token that changes moves no logits before it, nor any of another sequence. */
    public void checkCausality() {
        try (var model = whole(BATCH, TIME, new ReferenceEngine().variables())) {
            var tokens = tokens();
            var before = model.with("tokens", tokens).run().floats("logits");
            for (int t = 0; t < TIME; t++) {
                var changed = tokens.clone();
                changed[t] = (changed[t] + 1) % VOCABULARY;
                var after = model.with("tokens", changed).run().floats("logits");
                Trial.assertClose(rows(before, 0, t), rows(after, 0, t), 1e-6, "logits before a change of token " + t);
                Trial.assertClose(rows(before, TIME, 2 * TIME), rows(after, TIME, 2 * TIME), 1e-6, "logits of the other sequence");
                boolean same = Arrays.equals(rows(before, t, t + 1), rows(after, t, t + 1));
                assertEquals(false, same, "token " + t + " has no effect on its own logits");
            }
        }
    }

    /** A causal model does not take a part that cannot be. */
    static void checkRefusal(Part part, Map<String, Object> options) {
        var decoder = PlainParts.decoder(SETTINGS, VOCABULARY, part, options);
        var graph = new Graph();
        var tokens = graph.input("tokens", TensorType.i32(1, TIME));
        var refused = assertThrows(UserError.class, () -> decoder.build(new Building(graph, Mode.EVALUATION, SETTINGS), tokens));
        assertTrue(refused.getMessage().contains("model.leaks"), refused.getMessage());
    }

    private float[] rows(float[] logits, int from, int to) {
        int vocabulary = decoder.vocabulary();
        return Arrays.copyOfRange(logits, from * vocabulary, to * vocabulary);
    }

    /** Tokens one by one, or some at a time, behind those in the cache give the logits of the whole sequence. */
    public void checkDecoding() {
        var variables = new ReferenceEngine().variables();
        try (var model = whole(BATCH, TIME, variables)) {
            var expected = model.with("tokens", tokens()).run().floats("logits");
            for (var chunks : List.of(new int[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, new int[] {5, 1, 1, 4, 2}, new int[] {13})) {
                var caches = variables.fork();
                int start = 0;
                for (int chunk : chunks) {
                    try (var decoding = decoding(chunk, caches)) {
                        if (start == 0) {
                            dirty(caches);
                        }
                        var tokens = new int[BATCH * chunk];
                        for (int b = 0; b < BATCH; b++) {
                            System.arraycopy(tokens(), b * TIME + start, tokens, b * chunk, chunk);
                        }
                        var logits = decoding.with("tokens", tokens).with("start", start).run().floats("logits");
                        for (int b = 0; b < BATCH; b++) {
                            Trial.assertClose(rows(expected, b * TIME + start, b * TIME + start + chunk),
                                    rows(logits, b * chunk, (b + 1) * chunk), 1e-4, chunk + " tokens from " + start);
                        }
                    }
                    start += chunk;
                }
            }
        }
    }

    /** What an earlier generation left behind. */
    static void dirty(Variables variables) {
        for (var name : variables.names()) {
            if (name.startsWith(Building.CACHE)) {
                var type = variables.type(name);
                if (type.dtype() == DType.I32) {
                    var values = new int[type.size()];
                    Arrays.fill(values, 1000);
                    variables.put(name, type, values);
                } else {
                    var values = new float[type.size()];
                    Arrays.fill(values, 1000);
                    variables.put(name, type, values);
                }
            }
        }
    }

    /** Padding at the end changes no token's logits, no count and no balancer's loss. */
    public void checkPadding() {
        var variables = new ReferenceEngine().variables();
        int time = TIME - 4;
        try (var padded = whole(BATCH, TIME, variables); var bare = whole(BATCH, time, variables)) {
            var tokens = tokens();
            var bareTokens = new int[BATCH * time];
            for (int b = 0; b < BATCH; b++) {
                Arrays.fill(tokens, b * TIME + time, (b + 1) * TIME, -1);
                System.arraycopy(tokens, b * TIME, bareTokens, b * time, time);
            }
            var with = padded.with("tokens", tokens).run().outputs();
            var without = bare.with("tokens", bareTokens).run().outputs();
            assertEquals(without.keySet(), with.keySet());
            without.forEach((name, values) -> {
                if (!name.equals("logits")) {
                    Trial.assertClose(values, with.get(name), 1e-5, name);
                }
            });
            for (int b = 0; b < BATCH; b++) {
                Trial.assertClose(rows(without.get("logits"), b * time, (b + 1) * time),
                        rows(with.get("logits"), b * TIME, b * TIME + time), 1e-5, "logits of sequence " + b);
            }
        }
    }

    /** Of a projection of the logits and the balancers' terms; every token goes to every expert, so that no step changes a choice. */
    public static void checkGradients(Part part, Map<String, Object> options) {
        checkGradients(part, options, 3);
    }

    /** @param experts 3, and those that no token chooses */
    static void checkGradients(Part part, Map<String, Object> options, int experts) {
        var settings = accepting(new ModelSettings(2, 16, 4, 13, 12, experts, 3, 1, List.of(), false, 0, ModelSettings.Norm.layer), part);
        var decoder = PlainParts.decoder(settings, VOCABULARY, part, options);
        var graph = new Graph(3);
        var forward = decoder.build(new Building(graph, Mode.TRAINING, settings), graph.input("tokens", TensorType.i32(1, 5)));
        var tensors = new ArrayList<>(List.of(forward.logits()));
        forward.balance().ifPresent(tensors::add);
        Differences.check(graph, tensors, Map.of(), trial -> {
            trial.with("tokens", 1, 4, 2, 0, 9).with("draw", 1);
            trial.set("embedding.tokens", Trial.random(VOCABULARY * settings.dim(), 1)); // the first norm bends sharply at small ones
        }, "whole model");
    }
}
