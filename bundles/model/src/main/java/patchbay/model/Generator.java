package patchbay.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * Reads a text and continues it, with what each attention keeps of the tokens before (the KV cache). A long text is read many tokens at a
 * time. What was read can be cut back, and forked into texts that go on apart; a prompt that begins like what was read last is read from
 * where it differs.
 */
public final class Generator implements AutoCloseable {

    /** Tokens that are read at once, where so many are left and they begin at a multiple of their number. */
    private static final int[] CHUNKS = {256, 32};

    private final Engine engine;
    private final Decoder decoder;
    private final Variables variables;
    private final List<Cache> caches;
    private final Program one;
    private final Map<Integer, Program> many = new HashMap<>();
    private final Snapshots snapshots;
    private final int[] text;
    private final float[] logits;
    private int length;

    /**
     * @param variables the model's values, which are read only, and must stay as they are until {@link #close}; those of another precision
     *         than the model's weights are converted
     */
    public Generator(Engine engine, Decoder decoder, Variables variables) {
        var building = decoding(decoder, 1);
        this(engine, decoder, building, taken(engine, building.graph(), variables));
    }

    /** @param variables its own: the caches are written to */
    private Generator(Engine engine, Decoder decoder, Building building, Variables variables) {
        this.engine = engine;
        this.decoder = decoder;
        this.variables = variables;
        this.caches = building.caches();
        this.one = compile(building.graph());
        this.snapshots = new Snapshots(caches, variables, CHUNKS[CHUNKS.length - 1]);
        this.text = new int[decoder.rack().settings().context()];
        this.logits = new float[decoder.vocabulary()];
    }

    /** Of several tokens no logits are asked for: whoever reads them takes the last token alone. */
    private static Building decoding(Decoder decoder, int tokens) {
        var graph = new Graph();
        var building = new Building(graph, Mode.DECODING, decoder.rack().settings());
        var logits = decoder.build(building, graph.input("tokens", TensorType.i32(1, tokens))).logits();
        if (tokens == 1) {
            graph.output("logits", logits);
        }
        return building;
    }

    private Program compile(Graph graph) {
        var program = engine.compile(graph, variables);
        var domains = graph.inputs().get(Building.DOMAINS);
        if (domains != null) {
            var unknown = new int[domains.size()];
            Arrays.fill(unknown, -1); // of a prompt none is known
            program.write(Building.DOMAINS, unknown);
        }
        return program;
    }

    /**
     * What decoding takes of a model's {@code variables}, in the precision of its weights: shared where it is kept in that already, and
     * otherwise converted. Whoever keeps these need not keep the f32 values that they come from.
     */
    public static Variables values(Engine engine, Decoder decoder, Variables variables) {
        return taken(engine, decoding(decoder, 1).graph(), variables);
    }

    static Variables taken(Engine engine, Graph graph, Variables variables) {
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
     * Generates at most {@code count} tokens after {@code prompt}. When the context is full it goes on from the last half of it.
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
        var whole = Arrays.copyOf(prompt, prompt.length + count);
        begin(Arrays.copyOfRange(whole, Math.max(0, prompt.length - text.length), prompt.length));
        for (int end = prompt.length; end < whole.length; end++) {
            whole[end] = sampling.draw(logits, random);
            if (!sink.test(whole[end]) || end + 1 == whole.length) {
                return;
            }
            if (length == text.length) {
                begin(Arrays.copyOfRange(whole, end + 1 - Math.max(1, text.length / 2), end + 1));
            } else {
                step(whole[end]);
            }
        }
    }

    /** Reads {@code wanted} in place of what was read, from where they differ. */
    private void begin(int[] wanted) {
        int differs = Arrays.mismatch(text, 0, length, wanted, 0, wanted.length);
        int same = differs < 0 ? wanted.length : differs;
        int kept = Math.min(same, wanted.length - 1); // the last token again, for its logits
        if (kept < length) {
            length = snapshots.restore(kept);
        }
        read(Arrays.copyOfRange(wanted, length, wanted.length));
    }

    /**
     * Reads {@code tokens} after what was read before.
     *
     * @throws UserError if the context has no room for them
     */
    public void read(int... tokens) {
        if (tokens.length > text.length - length) {
            throw new UserError(tokens.length + " tokens after " + length + " are more than the model's context of " + text.length);
        }
        for (int i = 0; i < tokens.length;) {
            int chunk = chunk(tokens.length - 1 - i);
            if (chunk == 1) {
                step(tokens[i]);
            } else {
                run(many.computeIfAbsent(chunk, size -> compile(decoding(decoder, size).graph())), Arrays.copyOfRange(tokens, i, i + chunk));
            }
            i += chunk;
        }
    }

    /** How many tokens are read next if {@code left} come before the last. Where a token shows others what follows it, the numbers would matter. */
    private int chunk(int left) {
        return decoder.leaks() ? 1 : Arrays.stream(CHUNKS).filter(size -> size <= left && length % size == 0).findFirst().orElse(1);
    }

    private void step(int token) {
        run(one, token);
        one.read("logits", logits);
    }

    private void run(Program program, int... tokens) {
        program.write("tokens", tokens);
        program.write("start", new int[] {length});
        program.run();
        System.arraycopy(tokens, 0, text, length, tokens.length);
        length += tokens.length;
        snapshots.take(length);
    }

    /** How many tokens it has read, those that are cut away not counted. */
    public int length() {
        return length;
    }

    /**
     * Forgets all but the first {@code length} tokens, as if the others had never been read.
     *
     * @throws UserError if there are not so many
     */
    public void cut(int length) {
        if (length < 0 || length > this.length) {
            throw new UserError("of " + this.length + " tokens the first " + length + " cannot be kept");
        }
        if (length == 0) {
            this.length = snapshots.restore(0);
        } else if (length < this.length) {
            begin(Arrays.copyOf(text, length));
        }
    }

    /** Another that has read what this one has, and goes on by itself: with the same parameters and copies of the caches. */
    public Generator fork() {
        var kept = engine.variables();
        caches.forEach(cache -> kept.share(cache.name(), variables));
        var copied = kept.copy();
        var own = variables.fork();
        caches.forEach(cache -> own.share(cache.name(), copied));
        var fork = new Generator(engine, decoder, decoding(decoder, 1), own);
        fork.snapshots.addAll(snapshots);
        System.arraycopy(text, 0, fork.text, 0, length);
        System.arraycopy(logits, 0, fork.logits, 0, logits.length);
        fork.length = length;
        return fork;
    }

    /** [vocabulary]: what the model expects after the last token. */
    public float[] logits() {
        return logits.clone();
    }

    /** What the parts of a model keep of the tokens that they have read. */
    public static List<Cache> caches(Decoder decoder) {
        return decoding(decoder, 1).caches();
    }

    /** What a token costs: launches and buffers; empty if the engine does not say. */
    public Optional<Plan> plan() {
        return one.plan();
    }

    @Override
    public void close() {
        one.close();
        many.values().forEach(Program::close);
    }
}
