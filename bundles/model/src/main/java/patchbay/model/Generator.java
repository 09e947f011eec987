package patchbay.model;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import patchbay.spi.Mode;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Plan;
import patchbay.tensor.Program;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;

/**
 * Continues a text token by token, with what each attention keeps of the tokens before (the KV cache). When the context is
 * full it goes on from the last half of it.
 */
public final class Generator implements AutoCloseable {

    private final Program program;
    private final int context;
    private final float[] logits;
    private final int[] token = new int[1];
    private final int[] start = new int[1];

    /** @param variables the model's values, which are read only; those of another precision than the model's weights are converted */
    public Generator(Engine engine, Decoder decoder, Variables variables) {
        var graph = graph(decoder);
        this.program = engine.compile(graph, taken(engine, graph, variables));
        if (graph.inputs().containsKey(Building.DOMAINS)) {
            program.write(Building.DOMAINS, new int[] {-1}); // of a prompt none is known
        }
        this.context = decoder.rack().settings().context();
        this.logits = new float[decoder.vocabulary()];
    }

    private static Graph graph(Decoder decoder) {
        var graph = new Graph();
        var building = new Building(graph, Mode.DECODING, decoder.rack().settings());
        graph.output("logits", decoder.build(building, graph.input("tokens", TensorType.i32(1, 1))).logits());
        return graph;
    }

    /**
     * What decoding takes of a model's {@code variables}, in the precision of its weights: shared where it is kept in that already, and
     * otherwise converted. Whoever keeps these need not keep the f32 values that they come from.
     */
    public static Variables values(Engine engine, Decoder decoder, Variables variables) {
        return taken(engine, graph(decoder), variables);
    }

    private static Variables taken(Engine engine, Graph graph, Variables variables) {
        var taken = engine.variables();
        graph.variables().forEach((name, tensor) -> {
            if (!variables.contains(name) || name.startsWith(Building.CACHE)) {
                return; // starts with its first values
            }
            var type = variables.type(name);
            if (type.dtype() == tensor.dtype() || !type.dtype().isFloat()) {
                taken.share(name, variables); // of another shape the program refuses it
            } else {
                var floats = new float[type.size()];
                variables.read(name, floats);
                taken.put(name, new TensorType(tensor.dtype(), type.shape()), floats);
            }
        });
        return taken;
    }

    /**
     * Generates at most {@code count} tokens after {@code prompt}.
     *
     * @param seed what is drawn by: the same seed gives the same text
     * @param sink is told each token; false ends the generation
     * @throws UserError if the prompt is empty
     */
    public void generate(int[] prompt, int count, Sampling sampling, long seed, IntPredicate sink) {
        if (prompt.length == 0) {
            throw new UserError("the prompt is empty: generation needs a token to start from");
        }
        var random = new SplittableRandom(seed);
        var text = Arrays.copyOf(prompt, prompt.length + count);
        int position = read(text, Math.max(0, prompt.length - context), prompt.length);
        for (int length = prompt.length; length < text.length; length++) {
            text[length] = sampling.draw(logits, random);
            if (!sink.test(text[length]) || length + 1 == text.length) {
                return;
            }
            if (position == context) {
                position = read(text, length + 1 - Math.max(1, context / 2), length + 1);
            } else {
                step(text[length], position++);
            }
        }
    }

    /** Reads the tokens from {@code from} to {@code to} into an empty cache; how many that are. */
    private int read(int[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            step(text[i], i - from);
        }
        return to - from;
    }

    private void step(int next, int position) {
        token[0] = next;
        start[0] = position;
        program.write("tokens", token);
        program.write("start", start);
        program.run();
        program.read("logits", logits);
    }

    /** [vocabulary]: what the last token was drawn from. */
    public float[] logits() {
        return logits.clone();
    }

    /** What a token costs: launches and buffers; empty if the engine does not say. */
    public Optional<Plan> plan() {
        return program.plan();
    }

    @Override
    public void close() {
        program.close();
    }
}
