package patchbay.engine.tornado;

/** TornadoVM cannot be used here; the message says why in one line. */
final class Unavailable extends Exception {

    private static final long serialVersionUID = 1;

    Unavailable(String message) {
        super(message);
    }

    Unavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
