package patchbay.data;

import java.util.List;
import patchbay.tensor.UserError;

/**
 * What an experiment reads.
 *
 * @param source name of a {@link Source}
 * @param path file or folder, for the sources that read one; else empty
 * @param tokenizer name of a {@link Tokenizer}: {@code byte} or {@code char}
 * @param validation the part that is held out, in [0, 1)
 * @param limit at most so many bytes of text, taken evenly from the whole; 0 is all
 * @param shortest documents of fewer bytes are left out, so that what is far apart in a context belongs to one text; 0 leaves out none
 * @param domains patterns such as {@code noun.*} of the domains to read; none is all
 */
public record DataSettings(String source, String path, String tokenizer, double validation, long limit, long shortest,
        List<String> domains) {

    public DataSettings {
        if (!(validation >= 0 && validation < 1)) {
            throw new UserError("data.validation is " + validation + "; it is the part held out, at least 0 and less than 1");
        }
        if (limit < 0) {
            throw new UserError("data.limit is " + limit + "; it is a number of bytes, or 0 for all");
        }
        if (shortest < 0) {
            throw new UserError("data.shortest is " + shortest + "; it is a number of bytes, or 0 for documents of any length");
        }
        domains = List.copyOf(domains);
    }

    public static DataSettings defaults() {
        return new DataSettings("wordnet", "", "byte", 0.1, 0, 0, List.of());
    }
}
