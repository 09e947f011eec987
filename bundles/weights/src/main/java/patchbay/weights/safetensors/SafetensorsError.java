package patchbay.weights.safetensors;

import java.nio.file.Path;
import patchbay.tensor.UserError;

/** A file that is no safetensors file, or a broken one: which, and what is wrong with it. */
public final class SafetensorsError extends UserError {

    private static final long serialVersionUID = 1;

    SafetensorsError(Path file, String problem) {
        super(file + ": " + Printable.of(problem));
    }

    SafetensorsError(Path file, String problem, Throwable cause) {
        super(file + ": " + Printable.of(problem), cause);
    }
}
