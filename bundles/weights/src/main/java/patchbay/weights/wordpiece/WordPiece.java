package patchbay.weights.wordpiece;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.tribuo.util.tokens.impl.wordpiece.Wordpiece;
import patchbay.tensor.UserError;

/**
 * The tokenizer of BERT (Devlin et al. 2019): words and single punctuation marks, each cut into the longest pieces that the vocabulary has, from the left;
 * pieces within a word begin with {@code ##}. Special tokens such as {@code [MASK]} stand for themselves wherever they are in a text.
 */
public final class WordPiece {

    public static final String PAD = "[PAD]";
    public static final String UNKNOWN = "[UNK]";
    public static final String BEGIN = "[CLS]";
    public static final String END = "[SEP]";
    public static final String MASK = "[MASK]";

    private static final List<String> SPECIAL = List.of(PAD, UNKNOWN, BEGIN, END, MASK);
    private static final Pattern SPECIAL_IN_TEXT = Pattern.compile("\\[(?:PAD|UNK|CLS|SEP|MASK)\\]");

    /** A longer word is unknown. */
    private static final int LONGEST_WORD = 100;

    private final List<String> tokens;
    private final Map<String, Integer> ids = new HashMap<>();
    private final Normalization normalization;
    private final Wordpiece pieces;

    /**
     * @param tokens by their ids
     * @throws UserError if a special token is missing
     */
    WordPiece(Path file, List<String> tokens, Normalization normalization) {
        this.tokens = List.copyOf(tokens);
        this.normalization = normalization;
        for (int id = 0; id < tokens.size(); id++) {
            ids.putIfAbsent(tokens.get(id), id);
        }
        var missing = SPECIAL.stream().filter(token -> !ids.containsKey(token)).toList();
        if (!missing.isEmpty()) {
            throw new UserError(file + ": the vocabulary has no " + String.join(", ", missing));
        }
        pieces = new Wordpiece(ids.keySet(), UNKNOWN, LONGEST_WORD);
    }

    /**
     * Reads {@code vocab.txt}, a token a line, or the {@code tokenizer.json} of a tokenizer of this kind.
     *
     * @param lowerCase whether the model was trained without case and accents; a {@code tokenizer.json} says so itself
     * @throws UserError if the file is missing, damaged or another tokenizer's
     */
    public static WordPiece read(Path file, boolean lowerCase) {
        return VocabularyFile.read(file, lowerCase);
    }

    /** Without case; its pieces are the characters of ASCII. */
    public static WordPiece characters() {
        var tokens = new ArrayList<>(SPECIAL);
        IntStream.rangeClosed('!', '~').filter(character -> character < 'A' || character > 'Z').mapToObj(Character::toString)
                .forEach(character -> tokens.addAll(List.of(character, "##" + character)));
        return new WordPiece(Path.of("characters"), tokens, Normalization.of(true));
    }

    public int vocabularySize() {
        return tokens.size();
    }

    /** @throws UserError if the vocabulary does not have it */
    public int id(String token) {
        var id = ids.get(token);
        if (id == null) {
            throw UserError.unknown("token", token, ids.keySet());
        }
        return id;
    }

    public String token(int id) {
        return tokens.get(id);
    }

    /**
     * {@code [CLS]}, the tokens of a text, {@code [SEP]}.
     *
     * @param longest how many tokens there may be, these two among them, hence at least 2; the text's last ones are left out
     */
    public int[] encode(String text, int longest) {
        var encoded = new ArrayList<Integer>();
        encoded.add(id(BEGIN));
        var special = SPECIAL_IN_TEXT.matcher(text);
        int from = 0;
        while (special.find()) {
            add(encoded, text.substring(from, special.start()));
            encoded.add(id(special.group()));
            from = special.end();
        }
        add(encoded, text.substring(from));
        if (encoded.size() >= longest) {
            encoded.subList(longest - 1, encoded.size()).clear();
        }
        encoded.add(id(END));
        return encoded.stream().mapToInt(Integer::intValue).toArray();
    }

    private void add(List<Integer> encoded, String text) {
        for (var word : normalization.words(text)) {
            pieces.wordpiece(word).forEach(piece -> encoded.add(ids.get(piece)));
        }
    }
}
