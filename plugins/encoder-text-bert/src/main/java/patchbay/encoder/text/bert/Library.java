package patchbay.encoder.text.bert;

import java.lang.ref.SoftReference;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import patchbay.tensor.UserError;
import patchbay.weights.Artifact;
import patchbay.weights.Location;
import patchbay.weights.wordpiece.WordPiece;

/** Weights and vocabularies by where they are and when they were written, read once while memory lasts: whoever builds a model asks often. */
final class Library {

    private record Weights(String location, Instant written) {}

    private record Vocabulary(String location, Instant written, boolean lowerCase) {}

    private final Map<Object, SoftReference<Object>> read = new ConcurrentHashMap<>();

    /** The weights that the options name, if any. */
    Optional<Pretrained> pretrained(Bert.Options options) {
        return options.weights().isEmpty() ? Optional.empty()
                : Optional.of(once(Pretrained.class, new Weights(options.weights(), written(options.weights())), () -> Pretrained.read(Location.of(options.weights()))));
    }

    WordPiece vocabulary(Bert.Options options) {
        var location = options.vocabulary().isEmpty() ? options.weights() : options.vocabulary();
        return once(WordPiece.class, new Vocabulary(location, written(location), options.lowerCase()), () -> readVocabulary(options));
    }

    private static Instant written(String location) {
        return location.isEmpty() ? Instant.EPOCH : Location.of(location).written();
    }

    private <T> T once(Class<T> type, Object key, Supplier<T> reading) {
        var known = read.get(key);
        var value = known == null ? null : known.get();
        if (value == null) {
            value = reading.get();
            read.put(key, new SoftReference<>(value));
        }
        return type.cast(value);
    }

    private static WordPiece readVocabulary(Bert.Options options) {
        if (!options.vocabulary().isEmpty()) {
            var location = Location.of(options.vocabulary());
            try (var artifact = location.open()) {
                return WordPiece.read(artifact.file(location.name()), options.lowerCase());
            }
        }
        if (options.weights().isEmpty()) {
            return WordPiece.characters();
        }
        var weights = Location.of(options.weights());
        try (var artifact = weights.open()) {
            artifact.require(weights.name());
            return WordPiece.read(artifact.file(beside(options.weights(), artifact)), options.lowerCase());
        }
    }

    private static String beside(String weights, Artifact artifact) {
        for (var ending : List.of("tokenizer.json", "vocab.txt")) {
            var found = artifact.names().stream().filter(name -> name.endsWith(ending)).toList();
            if (found.size() == 1) {
                return found.getFirst();
            }
            if (found.size() > 1) {
                throw new UserError("where " + weights + " is, there are " + String.join(", ", found) + "; name one by the option vocabulary");
            }
        }
        throw new UserError("where " + weights + " is, there is no tokenizer.json or vocab.txt; name one by the option vocabulary");
    }
}
