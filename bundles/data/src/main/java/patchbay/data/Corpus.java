package patchbay.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import patchbay.tensor.UserError;

/**
 * The documents of a source in an order that never changes.
 *
 * @param source the source's name
 * @param domains names of the domains; a document refers to one by index
 * @param sha256 hash of every document's domain, name and text, in hexadecimal
 */
public record Corpus(String source, List<Document> documents, List<String> domains, String sha256) {

    /** @throws UserError if there is no document, or no character in any */
    public static Corpus of(String source, List<Document> documents, List<String> domains) {
        if (documents.stream().allMatch(document -> document.text().isEmpty())) {
            throw new UserError("the source '" + source + "' yields no text: " + documents.size()
                    + " documents, 0 characters; check data.path, data.domains and data.limit");
        }
        return new Corpus(source, List.copyOf(documents), List.copyOf(domains), hash(documents, domains));
    }

    /** Whether this is one running text, which has no ends of documents to learn. */
    public boolean continuous() {
        return documents.size() == 1;
    }

    private static String hash(List<Document> documents, List<String> domains) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var document : documents) {
                update(digest, domains.get(document.domain()));
                update(digest, document.name());
                update(digest, document.text());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The length goes first, or {@code "ab" "c"} and {@code "a" "bc"} would have one hash. */
    private static void update(MessageDigest digest, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }
}
