package patchbay.tensor;

import java.nio.file.Path;
import java.util.Optional;

/** A device's compiler cannot make of a kernel what it says. */
public final class KernelError extends UserError {

    private static final long serialVersionUID = 1L;

    private final transient Optional<Path> source;

    /**
     * @param message names the operation, its place and the kernel
     * @param source the file in which the generated code was kept; empty if none was generated
     */
    public KernelError(String message, Optional<Path> source, Throwable cause) {
        super(message + source.map(file -> "; the generated code is in " + file).orElse(""), cause);
        this.source = source;
    }

    public Optional<Path> source() {
        return source;
    }
}
