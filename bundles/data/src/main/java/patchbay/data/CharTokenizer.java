package patchbay.data;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.Collectors;
import patchbay.tensor.UserError;

/** A token a character (a Unicode code point): the distinct ones of a text, sorted, then an end of document if it has any. */
final class CharTokenizer implements Tokenizer {

    private final int[] characters; // sorted
    private final boolean ends;

    /**
     * @param characters the vocabulary, each character once, in order
     * @param ends whether the last token is an end of document
     */
    CharTokenizer(String characters, boolean ends) {
        this.characters = characters.codePoints().toArray();
        this.ends = ends;
        for (int i = 1; i < this.characters.length; i++) {
            if (this.characters[i - 1] >= this.characters[i]) {
                throw new UserError("a char tokenizer's characters must be distinct and sorted; number " + i + " ("
                        + Character.toString(this.characters[i]) + ") is not");
            }
        }
    }

    static CharTokenizer of(Corpus corpus) {
        var distinct = corpus.documents().stream()
                .flatMap(document -> document.text().codePoints().distinct().boxed())
                .collect(Collectors.toCollection(TreeSet::new));
        var characters = new StringBuilder();
        distinct.forEach(characters::appendCodePoint);
        return new CharTokenizer(characters.toString(), !corpus.continuous());
    }

    String characters() {
        return new String(characters, 0, characters.length);
    }

    boolean ends() {
        return ends;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CharTokenizer same && ends == same.ends && Arrays.equals(characters, same.characters);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(characters);
    }

    @Override
    public String name() {
        return "char";
    }

    @Override
    public int vocabularySize() {
        return characters.length + (ends ? 1 : 0);
    }

    @Override
    public OptionalInt endOfDocument() {
        return ends ? OptionalInt.of(characters.length) : OptionalInt.empty();
    }

    @Override
    public int[] encode(String text) {
        var tokens = text.codePoints().toArray();
        for (int i = 0; i < tokens.length; i++) {
            int token = Arrays.binarySearch(characters, tokens[i]);
            if (token < 0) {
                throw new UserError("the char tokenizer does not know '%s' (U+%04X), character %d of the text; it knows the %d of its training text"
                        .formatted(Character.toString(tokens[i]), tokens[i], i + 1, characters.length));
            }
            tokens[i] = token;
        }
        return tokens;
    }

    @Override
    public String decode(int[] tokens, int first, int count) {
        var text = new StringBuilder(count);
        for (int i = first; i < first + count; i++) {
            if (!ends || tokens[i] != characters.length) {
                text.appendCodePoint(characters[tokens[i]]);
            }
        }
        return text.toString();
    }
}
