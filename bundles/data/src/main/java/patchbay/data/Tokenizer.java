package patchbay.data;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import patchbay.tensor.UserError;

/** Text to tokens and back. A token is an integer in [0, {@link #vocabularySize()}). */
public sealed interface Tokenizer permits ByteTokenizer, CharTokenizer {

    /** The name in an experiment's {@code data.tokenizer}. */
    String name();

    int vocabularySize();

    /** The token that ends a document, where there is one; no text encodes to it. */
    OptionalInt endOfDocument();

    /** @throws UserError if the text holds a character that the vocabulary lacks */
    int[] encode(String text);

    /** The text of {@code count} tokens from {@code first}; an end of document is no text. */
    String decode(int[] tokens, int first, int count);

    default String decode(int[] tokens) {
        return decode(tokens, 0, tokens.length);
    }

    /** What is needed to encode and decode again, as JSON. */
    default String json() {
        return TokenizerFile.json(this);
    }

    /**
     * The tokenizer that {@link #json} describes.
     *
     * @param file where the text comes from, for what is said of a mistake
     * @throws UserError if it is not a tokenizer's
     */
    static Tokenizer parse(String json, Path file) {
        return TokenizerFile.parse(json, file);
    }

    /** Writes {@link #json} to a file. */
    default void save(Path file) {
        TokenizerFile.write(this, file);
    }

    /** @throws UserError if the file is missing or is not a tokenizer's */
    static Tokenizer load(Path file) {
        return TokenizerFile.read(file);
    }

    /** The one whose tokens are bytes, for any text. */
    static Tokenizer bytes() {
        return new ByteTokenizer();
    }

    /**
     * The tokenizer of this name for a corpus. Its vocabulary is taken from the whole corpus, the held-out part
     * included, so that every text of it can be encoded.
     */
    static Tokenizer of(String name, Corpus corpus) {
        return switch (name) {
            case "byte" -> bytes();
            case "char" -> CharTokenizer.of(corpus);
            default -> throw UserError.unknown("data.tokenizer", name, List.of("byte", "char"));
        };
    }
}
