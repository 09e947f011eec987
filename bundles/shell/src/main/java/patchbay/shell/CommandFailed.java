package patchbay.shell;

/** What was asked for was right, and did not come about: told in one line, and a batch ends with status 1. */
public final class CommandFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CommandFailed(String message) {
        super(message);
    }

    public CommandFailed(String message, Throwable cause) {
        super(message, cause);
    }

    /** What a batch exits with. */
    public int exitCode() {
        return 1;
    }
}
