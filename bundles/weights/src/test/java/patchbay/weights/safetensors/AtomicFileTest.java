package patchbay.weights.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void old() throws IOException {
        file = Files.writeString(folder.resolve("a"), "old");
    }

    private void assertOld() throws IOException {
        assertEquals("old", Files.readString(file));
        assertFalse(Files.exists(folder.resolve("a.partial")));
    }

    @Test
    void theNewTakesTheOldsPlace() throws IOException {
        AtomicFile.write(file, out -> {
            out.write("new".getBytes());
            assertEquals("old", Files.readString(file), "until the last byte is written");
        });
        assertEquals("new", Files.readString(file));
        assertFalse(Files.exists(folder.resolve("a.partial")));
    }

    @Test
    void aFailureLeavesTheOld() throws IOException {
        assertThrows(IOException.class, () -> AtomicFile.write(file, out -> {
            out.write(1);
            throw new IOException("full");
        }));
        assertOld();
        assertThrows(IllegalStateException.class, () -> AtomicFile.write(file, _ -> {
            throw new IllegalStateException("broken");
        }));
        assertOld();
    }

    /** The device that is always full, where the system has one. */
    @Test
    void aDeviceWithoutSpaceLeavesTheOld() throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/full")));
        var failed = assertThrows(IOException.class,
                () -> AtomicFile.write(file, _ -> new FileOutputStream("/dev/full"), out -> out.write(new byte[10])));
        assertTrue(failed.getMessage().contains("No space"), failed.getMessage());
        assertOld();
    }
}
