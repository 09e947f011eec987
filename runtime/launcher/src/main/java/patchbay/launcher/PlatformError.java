package patchbay.launcher;

/** The platform cannot start; the message names the bundle or the file, and the way out. */
final class PlatformError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PlatformError(String message) {
        super(message);
    }

    PlatformError(String message, Throwable cause) {
        super(message, cause);
    }
}
