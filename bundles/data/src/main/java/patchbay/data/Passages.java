package patchbay.data;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The documents of a text's source, cut into passages at the ends of words, as examples of one modality. A passage's label is its document's domain. The same documents
 * are held out as of the text ({@link Dataset}).
 */
record Passages(Source source) implements Collection {

    /** Characters of a passage: some hundred tokens. */
    private static final int LENGTH = 500;

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public List<String> modalities() {
        return List.of("text");
    }

    @Override
    public String availability() {
        return source.availability();
    }

    @Override
    public Examples read(DataSettings settings, long seed) {
        var corpus = source.read(settings);
        var training = new ArrayList<Example>();
        var heldOut = new ArrayList<Example>();
        if (corpus.continuous()) {
            var all = passages(corpus.documents().getFirst());
            int boundary = (int) (all.size() * (1 - settings.validation()));
            training.addAll(all.subList(0, boundary));
            heldOut.addAll(all.subList(boundary, all.size()));
        } else {
            var held = Dataset.heldOut(corpus.documents().size(), settings.validation(), seed);
            IntStream.range(0, corpus.documents().size()).forEach(i -> (held.get(i) ? heldOut : training).addAll(passages(corpus.documents().get(i))));
        }
        return Examples.of(training, heldOut.isEmpty() ? Map.of() : Map.of("documents", heldOut), corpus.domains(), corpus.sha256());
    }

    private static List<Example> passages(Document document) {
        var passages = new ArrayList<Example>();
        var text = document.text();
        int begin = 0;
        while (begin < text.length()) {
            int end = end(text, begin);
            var bytes = text.substring(begin, end).getBytes(StandardCharsets.UTF_8);
            passages.add(new Example(document.name() + ", from " + begin, document.domain(), Map.of("text", () -> bytes)));
            begin = end;
        }
        return passages;
    }

    /** Behind the last blank of the next characters; where there is none, in the middle of a word, but of no character. */
    private static int end(String text, int begin) {
        if (text.length() - begin <= LENGTH) {
            return text.length();
        }
        for (int end = begin + LENGTH; end > begin + 1; end--) {
            if (Character.isWhitespace(text.charAt(end - 1))) {
                return end;
            }
        }
        return begin + LENGTH - (Character.isHighSurrogate(text.charAt(begin + LENGTH - 1)) ? 1 : 0);
    }
}
