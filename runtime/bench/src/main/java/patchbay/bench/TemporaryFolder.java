package patchbay.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** A folder for what a peer wants to read from a file; gone with all that is in it when it is closed. */
record TemporaryFolder(Path path) implements AutoCloseable {

    TemporaryFolder() {
        this(create());
    }

    private static Path create() {
        try {
            return Files.createTempDirectory("patchbay-bench-");
        } catch (IOException error) {
            throw new UncheckedIOException("a temporary folder: " + error.getMessage(), error);
        }
    }

    @Override
    public void close() {
        try (var files = Files.walk(path)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException error) {
            throw new UncheckedIOException("a temporary folder: " + error.getMessage(), error);
        }
    }
}
