package patchbay.media;

import patchbay.tensor.UserError;

/** The one line about a file that cannot be read. */
final class Broken {

    private Broken() {
    }

    static UserError error(String name, MediaType type, Exception cause) {
        if (cause instanceof UserError error) {
            return error;
        }
        var words = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage().strip();
        return new UserError(name + " is " + type + ", and broken or of a kind that cannot be read: " + words.lines().findFirst().orElse(""), cause);
    }
}
