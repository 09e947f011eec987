package patchbay.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadFolderTest {

    @TempDir
    Path folder;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private LoadFolder files;

    @BeforeEach
    void watch() {
        InstantSource source = () -> now;
        files = new LoadFolder(folder, source.withZone(ZoneOffset.UTC));
    }

    private void write(String name, int bytes) throws IOException {
        Files.write(folder.resolve(name), new byte[bytes]);
        Files.setLastModifiedTime(folder.resolve(name), FileTime.from(now));
    }

    private void pass(int millis) {
        now = now.plus(Duration.ofMillis(millis));
    }

    @Test
    void aFileIsToldOnceWhenItNoLongerGrows() throws IOException {
        write("a.jar", 10);
        assertEquals(List.of(), files.changes().settled());
        pass(90);
        write("a.jar", 20);
        assertEquals(List.of(), files.changes().settled());
        pass(90);
        assertEquals(List.of(), files.changes().settled());
        assertTrue(files.isWaiting());
        pass(20);
        assertEquals(List.of("a.jar"), files.changes().settled());
        assertFalse(files.isWaiting());
        pass(1000);
        assertEquals(List.of(), files.changes().settled());
    }

    @Test
    void anOldFileNeedsNoWaiting() throws IOException {
        write("a.jar", 10);
        pass(2000);
        assertEquals(List.of("a.jar"), files.changes().settled());
    }

    @Test
    void aChangeIsToldAndSoIsTheEnd() throws IOException {
        write("a.jar", 10);
        pass(5000);
        files.changes();
        write("a.jar", 10);
        files.changes();
        pass(100);
        assertEquals(List.of("a.jar"), files.changes().settled());
        Files.delete(folder.resolve("a.jar"));
        assertEquals(List.of("a.jar"), files.changes().gone());
        assertEquals(List.of(), files.changes().gone());
    }

    @Test
    void aFileAskedForAgainIsToldAgain() throws IOException {
        write("a.jar", 10);
        files.changes();
        pass(100);
        files.changes();
        assertTrue(files.isRecent("a.jar"));
        files.again("a.jar");
        assertEquals(List.of("a.jar"), files.changes().settled());
        pass(2000);
        assertFalse(files.isRecent("a.jar"));
    }

    @Test
    void onlyJarsCount() throws IOException {
        write("a.jar.part", 10);
        write("README.md", 10);
        Files.createDirectory(folder.resolve("b.jar"));
        pass(5000);
        assertEquals(List.of(), files.changes().settled());
        assertFalse(files.isWaiting());
    }

    @Test
    void aFolderThatIsNotThereIsEmpty() throws IOException {
        write("a.jar", 10);
        pass(5000);
        files.changes();
        Files.delete(folder.resolve("a.jar"));
        Files.delete(folder);
        assertEquals(List.of("a.jar"), files.changes().gone());
    }
}
