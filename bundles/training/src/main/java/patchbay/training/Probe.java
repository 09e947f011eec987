package patchbay.training;

import java.util.Arrays;
import java.util.List;
import patchbay.model.Building;
import patchbay.model.Decoder;
import patchbay.model.ModelSettings;
import patchbay.spi.Mode;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

/**
 * Tries a model on a small batch before it may take over from a running one: loss and gradients must be finite, no
 * token's logits may depend on later tokens, and decoding must agree with the whole sequence. Works on copies of the values and on an engine of its own, so that whatever
 * a plugin does here, the run does not feel it.
 */
public final class Probe {

    private static final int BATCH = 2;
    private static final int TIME = 16;
    /** Two forward passes differ by rounding at most where nothing leaks. */
    private static final float LEAK = 1e-4f;
    /** Summation in another order. */
    private static final float DECODING = 1e-3f;

    private final Decoder decoder;
    private final Variables values;
    private final int time;
    private final Engine engine = new ReferenceEngine();

    private Probe(Decoder decoder, Variables values) {
        this.decoder = decoder;
        this.values = values;
        this.time = Math.min(TIME, decoder.rack().settings().context());
    }

    /**
     * Tries {@code decoder} with {@code values} where they have a variable, and first values elsewhere.
     *
     * @throws UserError if it does not pass, with the reason
     */
    public static void check(Decoder decoder, Variables values) {
        var probe = new Probe(decoder, values.copy()); // a run may be changing them
        probe.checkGradients();
        if (!decoder.leaks()) {
            probe.checkSequences();
        }
    }

    private void checkGradients() {
        var graph = new Graph(1);
        var objective = Objective.build(graph, decoder, Mode.TRAINING, BATCH, time);
        graph.output("loss", objective.total());
        var names = objective.names();
        var gradients = objective.gradients(names, false);
        for (int i = 0; i < gradients.size(); i++) {
            graph.output("gradient/" + names.get(i), gradients.get(i).square().sum());
        }
        try (var program = engine.compile(graph, copied(graph))) {
            var tokens = tokens();
            program.write("tokens", tokens);
            program.write("targets", tokens);
            if (graph.inputs().containsKey("draw")) {
                program.write("draw", new int[1]);
            }
            program.run();
            if (!Float.isFinite(program.scalar("loss"))) {
                throw new UserError("the loss of a probe batch is " + program.scalar("loss"));
            }
            for (var name : names) {
                if (!Float.isFinite(program.scalar("gradient/" + name))) {
                    throw new UserError("the gradient of " + name + " on a probe batch is not finite");
                }
            }
        }
    }

    /** What the model says of a whole sequence, against what it says of a changed one, and token by token. */
    private void checkSequences() {
        var tokens = Arrays.copyOf(tokens(), time);
        try (var whole = logits(Mode.EVALUATION, time)) {
            var expected = logits(whole, tokens);
            if (time > 1) {
                checkCausality(whole, tokens, expected);
            }
            checkDecoding(tokens, expected);
        }
    }

    /** The model's logits of {@code length} tokens, compiled. */
    private Program logits(Mode mode, int length) {
        var graph = new Graph(1);
        var building = new Building(graph, mode, decoder.rack().settings().withCache(ModelSettings.Kept.f32)); // rounding is no fault of a part
        graph.output("logits", decoder.build(building, graph.input("tokens", TensorType.i32(1, length))).logits());
        return engine.compile(graph, copied(graph));
    }

    private void checkCausality(Program whole, int[] tokens, float[] before) {
        for (int changed : List.of(time - 1, time / 2)) {
            var others = tokens.clone();
            for (int t = changed; t < time; t++) {
                others[t] = (tokens[t] + 1) % decoder.vocabulary();
            }
            refuseLeak(before, logits(whole, others), changed);
        }
    }

    /** Token by token over a cache, the model must say what it says of the whole sequence. */
    private void checkDecoding(int[] tokens, float[] expected) {
        try (var program = logits(Mode.DECODING, 1)) {
            for (int t = 0; t < time; t++) {
                program.write("start", new int[] {t});
                var logits = logits(program, new int[] {tokens[t]});
                for (int v = 0; v < logits.length; v++) {
                    float wanted = expected[t * logits.length + v];
                    if (!(Math.abs(logits[v] - wanted) <= DECODING * (1 + Math.abs(wanted)))) {
                        throw new UserError("decoding token by token differs from the whole sequence: at token " + t + " by "
                                + Math.abs(logits[v] - wanted));
                    }
                }
            }
        }
    }

    private void refuseLeak(float[] before, float[] after, int changed) {
        int vocabulary = decoder.vocabulary();
        for (int i = 0; i < changed * vocabulary; i++) {
            if (!(Math.abs(before[i] - after[i]) <= LEAK * (1 + Math.abs(before[i])))) {
                throw new UserError("it leaks the future: the logits of token " + i / vocabulary + " changed by "
                        + Math.abs(before[i] - after[i]) + " with the tokens from " + changed + " on");
            }
        }
    }

    private static float[] logits(Program program, int[] tokens) {
        program.write("tokens", tokens);
        program.run();
        return program.floats("logits");
    }

    /** Scattered over the vocabulary, always the same. */
    private int[] tokens() {
        var tokens = new int[BATCH * time];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (int) (i * 2_654_435_761L % decoder.vocabulary());
        }
        return tokens;
    }

    private Variables copied(Graph graph) {
        var copies = engine.variables();
        graph.variables().forEach((name, tensor) -> {
            if (values.contains(name) && values.type(name).shape().equals(tensor.shape())) {
                if (tensor.dtype().isFloat()) {
                    var floats = new float[tensor.size()];
                    values.read(name, floats);
                    copies.put(name, tensor.type(), floats);
                } else {
                    var ints = new int[tensor.size()];
                    values.read(name, ints);
                    copies.put(name, tensor.type(), ints);
                }
            }
        });
        return copies;
    }
}
