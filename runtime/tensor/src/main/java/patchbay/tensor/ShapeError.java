package patchbay.tensor;

/** Shapes or types that do not fit an operation: names the operation, the operands, and the plugin and socket it arose in. */
public final class ShapeError extends UserError {

    private static final long serialVersionUID = 1L;

    public ShapeError(String message) {
        super(message);
    }

    ShapeError(String message, ShapeError cause) {
        super(message, cause);
    }
}
