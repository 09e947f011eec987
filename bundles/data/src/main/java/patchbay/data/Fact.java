package patchbay.data;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Something that a text says once and that nothing else in it tells: a name and a value.
 *
 * @param name four capital letters
 */
public record Fact(String name, String value) {

    private static final String CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String DIGITS = "0123456789";
    private static final String ALL = CAPITALS + CAPITALS.toLowerCase(Locale.ROOT) + DIGITS;

    /** A name and {@code digits} digits. */
    public static Fact random(SplittableRandom random, int digits) {
        return new Fact(text(random, CAPITALS, 4), text(random, DIGITS, digits));
    }

    /** To practise on: of values of many lengths, of digits or of all letters, copying is learnt sooner than of five digits alone. */
    static Fact any(SplittableRandom random) {
        double kind = random.nextDouble();
        if (kind < 0.4) {
            return random(random, 5);
        }
        return kind < 0.6 ? random(random, random.nextInt(4, 13)) : new Fact(text(random, CAPITALS, 4), text(random, ALL, random.nextInt(6, 17)));
    }

    private static String text(SplittableRandom random, String of, int length) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(of.charAt(random.nextInt(of.length())));
        }
        return text.toString();
    }

    /** The line of a source that says it. */
    public String line() {
        return question() + value + "\n";
    }

    /** The line up to the value. */
    public String question() {
        return "// code of " + name + "=";
    }
}
