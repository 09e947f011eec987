package patchbay.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

class DataCommandTest {

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

    private boolean has(String command, String line) throws Exception {
        return workshop.execute(command).lines().anyMatch(shown -> shown.matches(line));
    }

    @Test
    void setsAreListedWithWhatIsThere() throws Exception {
        assertEquals(workshop.execute("data list"), workshop.execute("data"));
        assertTrue(has("data", "wordnet +- +there +WordNet 3.1.*"));
        assertTrue(has("data", "mnist +11 +missing +MNIST.*"));
        Files.createDirectories(folder.resolve("data/mnist"));
        assertTrue(has("data", "mnist +11 +there +MNIST.*"));
    }

    @Test
    void licenceSourceAndPlaceAreTold() throws Exception {
        assertTrue(has("data info stamps", "licence +GPL 2.*"));
        assertTrue(has("data info stamps", "package +tuxpaint-stamps-default=2022.06.04-1 by apt-get, 160 MB, SHA-256 [0-9a-f]{64}"));
        assertTrue(has("data info stamps", "kept +missing: get it with './patchbay data get stamps' \\(160 MB\\); it will be in .*/data/stamps"));
        assertTrue(has("data info wordnet", "kept +there: in the bundle patchbay.data"));
    }

    @Test
    void whatIsThereIsNotFetchedAgain() throws Exception {
        Files.createDirectories(folder.resolve("data/brown"));
        assertTrue(has("data get brown", "licence: by W. N. Francis.*"));
        assertTrue(has("data get brown", "there: .*/data/brown"));
        assertTrue(has("data get wordnet", "there: in the bundle patchbay.data"));
    }

    @Test
    void mistakesAreOneLine() {
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("data get")).getMessage().contains("needs the NAME of a data set"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("data fetch mnist")).getMessage().contains("unknown word after data 'fetch'"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("data get minst")).getMessage().contains("did you mean 'mnist'?"));
    }
}
