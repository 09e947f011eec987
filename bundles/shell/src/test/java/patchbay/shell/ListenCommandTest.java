package patchbay.shell;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

@Timeout(120)
class ListenCommandTest {

    @TempDir
    Path folder;
    private Workshop workshop;

    @BeforeEach
    void open() {
        workshop = new Workshop(folder);
    }

    @AfterEach
    void close() throws Exception {
        workshop.close();
    }

    private String mistake(String line) {
        return assertThrows(UserError.class, () -> workshop.execute(line)).getMessage();
    }

    @Test
    void mistakesAreOneLine() throws Exception {
        assertTrue(mistake("listen").contains("Name a file by its modality"));
        assertTrue(mistake("listen sound=a.wav").contains("there is no run yet"));
        assertTrue(mistake("listen sound=a.wav bytes=0").contains("bytes above 0"));
        assertTrue(mistake("listen sound=a.wav text=b").contains("one file"));
        assertTrue(mistake("listen sound=a.wav bytes=some").contains("bytes must be a number"));
        workshop.execute("run tiny");
        assertTrue(mistake("listen sound=a.wav").contains("tells no labels: its task is language"));
    }
}
