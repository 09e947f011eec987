package patchbay.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import patchbay.tensor.UserError;

/**
 * A long text with a few facts in it, each said once: sources of the running JDK that no training on {@link Needles} has seen.
 *
 * @param planted in the order of the text
 */
public record Haystack(int[] tokens, List<Planted> planted) {

    private static final int DIGITS = 5;

    /** @param at where its value begins, in tokens */
    public record Planted(Fact fact, int at) {}

    /** @param length tokens */
    public static Haystack of(Tokenizer tokenizer, int length, int facts, long seed) {
        var code = new JavaSources().read(new DataSettings("java", "", tokenizer.name(), 0, 4L * length, 0, List.of("jdk.compiler", "java.desktop")));
        var random = new SplittableRandom(seed);
        var names = new HashSet<String>();
        var planted = new ArrayList<Planted>();
        var tokens = new int[length];
        int at = 0;
        var lines = code.documents().stream().flatMap(file -> file.text().lines()).iterator();
        while (at < length) {
            if (planted.size() < facts && at >= (long) length * planted.size() / facts) {
                var fact = Fact.random(random, DIGITS);
                if (names.add(fact.name())) {
                    planted.add(new Planted(fact, at + tokenizer.encode(fact.question()).length));
                    at = append(tokenizer.encode(fact.line()), tokens, at);
                }
            } else if (lines.hasNext()) {
                at = append(tokenizer.encode(lines.next() + "\n"), tokens, at);
            } else {
                throw new UserError("the JDK's sources have no " + length + " tokens of text: there are " + at);
            }
        }
        return new Haystack(tokens, List.copyOf(planted));
    }

    private static int append(int[] piece, int[] tokens, int at) {
        int count = Math.min(piece.length, tokens.length - at);
        System.arraycopy(piece, 0, tokens, at, count);
        return at + count;
    }
}
