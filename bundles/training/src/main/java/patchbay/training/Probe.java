package patchbay.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import patchbay.data.Example;
import patchbay.model.Building;
import patchbay.model.Decoder;
import patchbay.model.Model;
import patchbay.model.ModelSettings;
import patchbay.model.Multimodal;
import patchbay.model.Socket;
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
    /** Of examples that an encoder is tried on, so that a few broken ones are no reason to refuse it. */
    private static final int PARTS = 8;
    /** Two forward passes differ by rounding at most where nothing leaks. */
    private static final float LEAK = 1e-4f;
    /** Summation in another order. */
    private static final float DECODING = 1e-3f;

    private final Model model;
    private final Variables values;
    private final int time;
    private final Engine engine = new ReferenceEngine();

    private Probe(Model model, Variables values) {
        this.model = model;
        this.values = values;
        this.time = Math.min(TIME, model.rack().settings().context());
    }

    /**
     * Tries {@code model} with {@code values} where they have a variable, and first values elsewhere.
     *
     * @throws UserError if it does not pass, with the reason
     */
    public static void check(Model model, Variables values) {
        var probe = new Probe(model, values.copy()); // a run may be changing them
        probe.checkGradients();
        if (model instanceof Decoder decoder && !decoder.leaks()) {
            probe.checkSequences(decoder);
        }
    }

    /**
     * Has the model's encoders read examples, each until it has read one.
     *
     * @throws UserError if one reads none of the first that have its modality, with the reason
     */
    public static void checkReaders(Multimodal model, List<Example> examples) {
        model.readers().forEach((modality, reader) -> {
            var parts = examples.stream().flatMap(example -> Optional.ofNullable(example.parts().get(modality)).stream()).limit(PARTS).toList();
            var refusals = new ArrayList<String>();
            for (var part : parts) {
                try {
                    reader.read(part.bytes());
                    return;
                } catch (Throwable refusal) { // as in training, where the part would count as missing
                    refusals.add(Intake.reason(refusal));
                }
            }
            if (!parts.isEmpty()) {
                throw new UserError(model.rack().at(Socket.ENCODERS + modality).place() + " reads none of the first " + parts.size() + " examples: " + refusals.getFirst());
            }
        });
    }

    private void checkGradients() {
        var graph = new Graph(1);
        var objective = Objective.build(graph, model, Mode.TRAINING, BATCH, time);
        graph.output("loss", objective.total());
        var names = objective.names();
        var gradients = objective.gradients(names, false);
        for (int i = 0; i < gradients.size(); i++) {
            graph.output("gradient/" + names.get(i), gradients.get(i).square().sum());
        }
        try (var program = engine.compile(graph, copied(graph))) {
            graph.inputs().forEach((name, input) -> {
                if (input.dtype().isFloat()) {
                    program.write(name, scattered(input.size()));
                } else {
                    program.write(name, name.equals("draw") ? new int[1] : ids(name, input.size()));
                }
            });
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
    private void checkSequences(Decoder decoder) {
        var tokens = Arrays.copyOf(tokens(decoder.vocabulary(), BATCH * time), time);
        try (var whole = logits(decoder, Mode.EVALUATION, time)) {
            var expected = logits(whole, tokens);
            if (time > 1) {
                checkCausality(decoder, whole, tokens, expected);
            }
            checkDecoding(decoder, tokens, expected);
        }
    }

    /** The model's logits of {@code length} tokens, compiled. */
    private Program logits(Decoder decoder, Mode mode, int length) {
        var graph = new Graph(1);
        var building = new Building(graph, mode, decoder.rack().settings().withCache(ModelSettings.Kept.f32)); // rounding is no fault of a part
        graph.output("logits", decoder.build(building, graph.input("tokens", TensorType.i32(1, length))).logits());
        return engine.compile(graph, copied(graph));
    }

    private void checkCausality(Decoder decoder, Program whole, int[] tokens, float[] before) {
        for (int changed : List.of(time - 1, time / 2)) {
            var others = tokens.clone();
            for (int t = changed; t < time; t++) {
                others[t] = (tokens[t] + 1) % decoder.vocabulary();
            }
            refuseLeak(decoder.vocabulary(), before, logits(whole, others), changed);
        }
    }

    /** Token by token over a cache, the model must say what it says of the whole sequence. */
    private void checkDecoding(Decoder decoder, int[] tokens, float[] expected) {
        try (var program = logits(decoder, Mode.DECODING, 1)) {
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

    private static void refuseLeak(int vocabulary, float[] before, float[] after, int changed) {
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

    /** Whole numbers that the input may have: tokens, labels, or for an encoder's own small ones, which all are for. */
    private int[] ids(String input, int size) {
        return switch (model) {
            case Decoder decoder -> tokens(decoder.vocabulary(), size);
            case Multimodal multimodal -> tokens(input.equals(Multimodal.LABELS) ? multimodal.classes() : 2, size);
        };
    }

    /** Scattered over the vocabulary, always the same. */
    private static int[] tokens(int vocabulary, int size) {
        var tokens = new int[size];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (int) (i * 2_654_435_761L % vocabulary);
        }
        return tokens;
    }

    /** Numbers between 0 and 1, always the same. */
    private static float[] scattered(int size) {
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (i * 0.6180339887498949 % 1);
        }
        return values;
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
