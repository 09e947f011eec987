package patchbay.data;

import java.util.Arrays;
import java.util.List;
import patchbay.tensor.UserError;

/**
 * Documents as one run of tokens, each ended by the tokenizer's end of document if there are several.
 *
 * @param tokens [length]
 * @param domains [length], domain of the document that a token is of
 * @param documents [documents], where each begins
 */
public record TokenStream(int[] tokens, short[] domains, int[] documents) {

    public int length() {
        return tokens.length;
    }

    static TokenStream of(List<Document> documents, Tokenizer tokenizer, boolean ends) {
        var encoded = documents.stream().map(document -> tokenizer.encode(document.text())).toList();
        int end = ends ? 1 : 0;
        long length = encoded.stream().mapToLong(tokens -> tokens.length + end).sum();
        if (length > Utf8.LARGEST) {
            throw new UserError("the text has " + length + " tokens; at most " + Utf8.LARGEST + " can be held: set data.limit");
        }
        var tokens = new int[(int) length];
        var domains = new short[(int) length];
        var starts = new int[documents.size()];
        int at = 0;
        for (int i = 0; i < starts.length; i++) {
            var document = encoded.get(i);
            starts[i] = at;
            System.arraycopy(document, 0, tokens, at, document.length);
            at += document.length;
            if (ends) {
                tokens[at++] = tokenizer.endOfDocument().orElseThrow();
            }
            Arrays.fill(domains, starts[i], at, (short) documents.get(i).domain());
        }
        return new TokenStream(tokens, domains, starts);
    }

    /** The tokens from one place to another of a stream of one document. */
    TokenStream range(int from, int to) {
        return new TokenStream(Arrays.copyOfRange(tokens, from, to), Arrays.copyOfRange(domains, from, to), new int[] {0});
    }

    /** @throws UserError if not even one window of {@code context} tokens and its next token fits */
    void check(String part, int context) {
        if (context < 1) {
            throw new UserError("model.context is " + context + "; it must be at least 1");
        }
        if (length() <= context) {
            throw new UserError("the " + part + " text has " + length() + " tokens, but a window of model.context " + context
                    + " needs " + (context + 1L) + ": give more text, or set model.context to at most " + Math.max(0, length() - 1));
        }
    }
}
