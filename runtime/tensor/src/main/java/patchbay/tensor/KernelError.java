package patchbay.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** A device's compiler cannot make of a kernel what it says. */
public final class KernelError extends UserError {

    private static final long serialVersionUID = 1L;

    private final String reason;
    private final transient Optional<Path> source;

    /**
     * @param reason names the operation, its place and the kernel
     * @param source the file in which the generated code was kept; empty if none was generated
     */
    public KernelError(String reason, Optional<Path> source, Throwable cause) {
        super(reason + source.map(file -> "; the generated code is in " + file).orElse(""), cause);
        this.reason = reason;
        this.source = source;
    }

    public Optional<Path> source() {
        return source;
    }

    /** This error with its code moved to {@code folder}, which need not exist. */
    public KernelError movedTo(Path folder) {
        return new KernelError(reason, source.map(file -> {
            try {
                return Files.move(file, Files.createDirectories(folder).resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException problem) {
                throw new UncheckedIOException("the generated code cannot be moved to " + folder, problem);
            }
        }), this);
    }
}
