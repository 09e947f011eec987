package patchbay.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import patchbay.tensor.UserError;

/**
 * A collection of examples, in a part to train on and parts that are held out.
 *
 * @param training examples that are trained on
 * @param heldOut by what is held out of training: {@code examples}, {@code artist}; the first is what a run is measured on while it trains
 * @param labels names of the classes, or the answers to choose from; empty if there are none
 * @param sha256 of all examples' names, labels and modalities, and of whatever else says which files they are
 */
public record Examples(List<Example> training, Map<String, List<Example>> heldOut, List<String> labels, String sha256) {

    public Examples {
        training = List.copyOf(training);
        heldOut = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(heldOut));
        labels = List.copyOf(labels);
    }

    /** @param version of the files: a hash of theirs, or the version of the package that they came in */
    public static Examples of(List<Example> training, Map<String, List<Example>> heldOut, List<String> labels, String version) {
        if (training.isEmpty()) {
            throw new UserError("the collection has no examples to train on; check data.path, data.domains and data.limit");
        }
        return new Examples(training, heldOut, labels, hash(training, heldOut, labels, version));
    }

    private static String hash(List<Example> training, Map<String, List<Example>> heldOut, List<String> labels, String version) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            update(digest, version);
            labels.forEach(label -> update(digest, label));
            training.forEach(example -> update(digest, example));
            heldOut.forEach((name, examples) -> {
                update(digest, name);
                examples.forEach(example -> update(digest, example));
            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void update(MessageDigest digest, Example example) {
        update(digest, example.name() + " " + example.label() + " " + example.parts().keySet());
    }

    private static void update(MessageDigest digest, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }
}
