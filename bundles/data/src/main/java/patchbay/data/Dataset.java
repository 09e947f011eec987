package patchbay.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A corpus as tokens, in a part to train on and a part that is held out.
 *
 * @param validation may be of length 0 if nothing is held out
 * @param sha256 of the corpus
 */
public record Dataset(Tokenizer tokenizer, TokenStream training, TokenStream validation, List<String> domains, String sha256) {

    /**
     * Splits a corpus. Of several documents each goes to one side by a random number of the seed and its own place, so
     * the sides do not depend on order of reading or on threads, and the held-out part is about {@code validation} of the
     * documents; of few at least one, the one of the smallest number. Of one running text the last part is held out, as nanoGPT does.
     *
     * @param validation the part held out, in [0, 1)
     */
    public static Dataset of(Corpus corpus, Tokenizer tokenizer, double validation, long seed) {
        if (corpus.continuous()) {
            var all = TokenStream.of(corpus.documents(), tokenizer, false);
            int boundary = (int) (all.length() * (1 - validation));
            return new Dataset(tokenizer, all.range(0, boundary), all.range(boundary, all.length()), corpus.domains(), corpus.sha256());
        }
        var held = heldOut(corpus.documents().size(), validation, seed);
        var kept = new ArrayList<Document>();
        var heldOut = new ArrayList<Document>();
        for (int i = 0; i < corpus.documents().size(); i++) {
            (held.get(i) ? heldOut : kept).add(corpus.documents().get(i));
        }
        return new Dataset(tokenizer, TokenStream.of(kept, tokenizer, true), TokenStream.of(heldOut, tokenizer, true),
                corpus.domains(), corpus.sha256());
    }

    /** Which of several documents are held out. */
    static BitSet heldOut(int documents, double validation, long seed) {
        var numbers = IntStream.range(0, documents).mapToDouble(i -> CounterRandom.unit(CounterRandom.bits(seed, i))).toArray();
        double least = validation > 0 ? Arrays.stream(numbers).min().orElseThrow() : -1;
        var held = new BitSet(documents);
        for (int i = 0; i < documents; i++) {
            held.set(i, numbers[i] < validation || numbers[i] == least);
        }
        return held;
    }

    /** Reads, tokenizes and splits what the settings ask for. */
    public static Dataset read(DataSettings settings, long seed) {
        var corpus = Source.named(settings.source()).read(settings);
        return of(corpus, Tokenizer.of(settings.tokenizer(), corpus), settings.validation(), seed);
    }
}
