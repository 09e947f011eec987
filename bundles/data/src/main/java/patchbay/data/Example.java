package patchbay.data;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One example of a collection: what there is of it in each modality, as the bytes of a file.
 *
 * @param name what a person calls it
 * @param label index into {@link Examples#labels()}; −1 for none
 * @param parts by modality; one that is missing is not there
 */
public record Example(String name, int label, Map<String, Media> parts) {

    public Example {
        parts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    /** The bytes of a file, read when they are wanted. */
    @FunctionalInterface
    public interface Media {

        /** @throws patchbay.tensor.UserError if they cannot be read */
        byte[] bytes();
    }
}
