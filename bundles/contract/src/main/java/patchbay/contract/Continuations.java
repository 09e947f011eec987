package patchbay.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import patchbay.model.Building;
import patchbay.model.Decoder;
import patchbay.model.Generator;
import patchbay.model.ModelSettings;
import patchbay.spi.Attention;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.TensorType;
import patchbay.tensor.Variables;
import patchbay.tensor.reference.ReferenceEngine;

/** Texts that are read at once, forked and cut back, by a small model with the attention under test in it. */
final class Continuations {

    private static final ModelSettings SETTINGS =
            new ModelSettings(2, 16, 4, 96, 12, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);
    private static final int VOCABULARY = 11;
    private static final int PROMPT = 37;
    private static final int[] TOKENS = new SplittableRandom(5).ints(SETTINGS.context(), 0, VOCABULARY).toArray();
    private static final int[] OTHERS = new SplittableRandom(6).ints(SETTINGS.context(), 0, VOCABULARY).toArray();

    private final ReferenceEngine engine = new ReferenceEngine();
    private final Decoder decoder;
    private final Variables variables = engine.variables();
    private final Map<String, Object> options;

    Continuations(Attention attention, Map<String, Object> options) {
        this.decoder = PlainParts.decoder(SETTINGS, VOCABULARY, attention, options);
        this.options = options;
        whole(0).close();
        var table = variables.type("embedding.tokens");
        variables.put("embedding.tokens", table, Trial.random(table, 1)); // logits far apart
    }

    /** The logits of the first tokens, one more than {@code last}. */
    private Trial whole(int last) {
        var graph = new Graph(3);
        graph.output("logits", decoder.build(new Building(graph, Mode.EVALUATION, SETTINGS), graph.input("tokens", TensorType.i32(1, last + 1))).logits());
        return Trial.of(engine, graph, variables).with("tokens", Arrays.copyOf(TOKENS, last + 1));
    }

    private Generator generator() {
        return new Generator(engine, decoder, variables);
    }

    /** One that has read the first tokens: those of the prompt at once, the others one by one. */
    private Generator generator(int length) {
        var generator = generator();
        generator.read(Arrays.copyOf(TOKENS, Math.min(length, PROMPT)));
        one(generator, TOKENS, length);
        return generator;
    }

    /** Reads one by one up to {@code length}. */
    private static void one(Generator generator, int[] tokens, int length) {
        while (generator.length() < length) {
            generator.read(tokens[generator.length()]);
        }
    }

    /** A long text, in chunks, gives the logits of the whole sequence, and so do its tokens one by one. */
    void checkReading() {
        int last = 70;
        try (var whole = whole(last).run(); var chunks = generator(); var singly = generator()) {
            var logits = whole.floats("logits");
            var expected = Arrays.copyOfRange(logits, last * VOCABULARY, (last + 1) * VOCABULARY);
            chunks.read(Arrays.copyOf(TOKENS, last + 1));
            Trial.assertClose(expected, chunks.logits(), 1e-4, options + ", in chunks");
            one(singly, TOKENS, last + 1);
            Trial.assertClose(expected, singly.logits(), 1e-4, options + ", one by one");
        }
    }

    /** Two texts with one beginning, read in turns, are what each would have been alone, bit for bit. */
    void checkFork() {
        int length = PROMPT + 30;
        try (var first = generator(PROMPT + 2); var second = first.fork(); var alone = generator(PROMPT + 2); var other = generator(PROMPT + 2)) {
            assertArrayEquals(first.logits(), second.logits(), options + ", as it is forked");
            while (first.length() < length) {
                first.read(TOKENS[first.length()]);
                second.read(OTHERS[second.length()]);
            }
            one(alone, TOKENS, length);
            one(other, OTHERS, length);
            assertArrayEquals(alone.logits(), first.logits(), options + ", the first");
            assertArrayEquals(other.logits(), second.logits(), options + ", its fork");
            second.cut(PROMPT + 1);
            one(second, TOKENS, length);
            assertArrayEquals(alone.logits(), second.logits(), options + ", the fork cut back to before it was one");
        }
    }

    /** After a cut nothing is left of what was cut away, bit for bit; where tokens were read at once, within rounding. */
    void checkCut() {
        int most = SETTINGS.context();
        for (int length : new int[] {0, 1, 20, PROMPT, PROMPT + 1, 64, 65, 90}) {
            int end = Math.min(most, length + 7);
            try (var cut = generator(most); var never = generator(length)) {
                cut.cut(length);
                assertEquals(length, cut.length(), options + ", cut to " + length);
                if (length > 0) {
                    compare(never, cut, "cut to " + length);
                }
                one(cut, OTHERS, end);
                one(never, OTHERS, end);
                compare(never, cut, "gone on from " + length);
            }
        }
    }

    private void compare(Generator expected, Generator actual, String where) {
        if (expected.length() > PROMPT) {
            assertArrayEquals(expected.logits(), actual.logits(), options + ", " + where);
        } else {
            Trial.assertClose(expected.logits(), actual.logits(), 1e-4, options + ", " + where);
        }
    }
}
