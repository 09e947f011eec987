package patchbay.weights.wordpiece;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.tribuo.util.tokens.impl.wordpiece.WordpieceBasicTokenizer;

/**
 * How a text is told apart into words before those are cut: what BERT's own "basic tokenizer" does, with characters beyond the first plane taken as the
 * characters that they are.
 *
 * @param clean whether control characters are dropped
 * @param ideographs whether each of them is a word
 * @param accents whether they are kept
 * @param lowerCase whether all letters become small
 */
record Normalization(boolean clean, boolean ideographs, boolean accents, boolean lowerCase) {

    private static final int REPLACEMENT = 0xfffd;

    /** Of a model trained with or without case and accents. */
    static Normalization of(boolean lowerCase) {
        return new Normalization(true, true, !lowerCase, lowerCase);
    }

    List<String> words(String text) {
        var cleaned = clean ? mapped(text, Normalization::cleaned) : text;
        var apart = ideographs ? apart(cleaned, WordpieceBasicTokenizer::isChinese) : cleaned;
        var bare = accents ? apart : mapped(Normalizer.normalize(apart, Normalizer.Form.NFD), Normalization::withoutAccent);
        var lower = lowerCase ? mapped(bare, c -> Character.toString(c).toLowerCase(Locale.ROOT)) : bare;
        return Stream.of(apart(lower, WordpieceBasicTokenizer::isPunctuation).split("[\\p{IsWhite_Space}]+")).filter(word -> !word.isEmpty()).toList();
    }

    private static String mapped(String text, IntFunction<String> map) {
        var mapped = new StringBuilder(text.length());
        text.codePoints().forEach(character -> mapped.append(map.apply(character)));
        return mapped.toString();
    }

    private static String cleaned(int character) {
        if (character == '\t' || character == '\n' || character == '\r') {
            return " ";
        }
        return character == REPLACEMENT || switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
            default -> false;
        } ? "" : Character.toString(character);
    }

    private static String withoutAccent(int character) {
        return Character.getType(character) == Character.NON_SPACING_MARK ? "" : Character.toString(character);
    }

    private static String apart(String text, IntPredicate alone) {
        return mapped(text, character -> alone.test(character) ? " " + Character.toString(character) + " " : Character.toString(character));
    }
}
