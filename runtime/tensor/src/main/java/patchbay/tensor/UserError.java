package patchbay.tensor;

import java.util.Collection;

/**
 * A mistake of the person who asked, told in one line that names the thing, the place and the nearest valid choices.
 * It is shown without a trace; a command that meets it exits with 2.
 */
public class UserError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UserError(String message) {
        super(message);
    }

    public UserError(String message, Throwable cause) {
        super(message, cause);
    }

    /** {@code unknown router 'cosin'; nearest: cosine; valid: cosine, top-k}. */
    public static UserError unknown(String kind, String given, Collection<String> valid) {
        return new UserError("unknown " + kind + " '" + given + "'" + Nearest.hint(given, valid));
    }

    /** What a process exits with when this error ends it. */
    public int exitCode() {
        return 2;
    }
}
