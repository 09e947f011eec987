package patchbay.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

class MemoryCommandTest {

    private static final String REMEMBERING = " model.context=12 'sockets={layers.*.attention: {memory: {recent: 64, working: 128, retrieved: 32, exact: 12}}}'";

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

    @Test
    void aTextIsReadKeptAndGoneOnWith() throws Exception {
        workshop.execute("run tiny training.steps=2" + REMEMBERING);
        var text = folder.resolve("text.txt");
        var shown = workshop.execute("memory read " + text + " session=fox chunk=16 block=8 grain=4");
        assertTrue(shown.startsWith("fox: 4,720 tokens read\ntier "), shown);
        assertTrue(shown.lines().anyMatch(line -> line.matches("working +128 +128 .*")), shown);
        assertTrue(shown.lines().anyMatch(line -> line.matches("persistent +4,\\d+ +[0-9,]+ +on disk, fox")), shown);
        assertTrue(shown.lines().anyMatch(line -> line.matches("fox +text.txt +[0-9,]+ +.*o.*")), shown);
        assertEquals(8, workshop.execute("memory ask 'the quick ' tokens=8").strip().length(), 8);
        assertTrue(workshop.execute("memory save").startsWith("fox: 4,738 tokens read, "));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("memory delete fox")).getMessage().contains("is in use"));
        workshop.execute("memory end");
        assertTrue(workshop.execute("memory list").lines().anyMatch(line -> line.matches("fox +saved +yes .*")));
        assertTrue(workshop.execute("memory load fox").startsWith("fox: 4,738 tokens read"));
        var other = workshop.execute("memory read " + text + " session=other shared=fox chunk=16 block=8 grain=4");
        assertTrue(other.contains("on disk, fox"), other);
        workshop.execute("memory end session=other");
        workshop.execute("memory end session=fox");
        workshop.execute("memory delete fox");
        assertEquals("", workshop.execute("memory list").lines().skip(1).findFirst().orElse(""));
    }

    @Test
    void mistakesAreOneLine() throws Exception {
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("memory")).getMessage().contains("memory read FILE"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("memory forget")).getMessage().contains("unknown word after memory 'forget'"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("memory load")).getMessage().contains("needs a NAME"));
        workshop.execute("run tiny training.steps=2");
        var plain = assertThrows(UserError.class, () -> workshop.execute("memory read " + folder.resolve("text.txt")));
        assertTrue(plain.getMessage().contains("layers.0.attention is full"), plain.getMessage());
        var rest = assertThrows(UserError.class, () -> workshop.execute("memory read " + folder.resolve("text.txt") + " rest=most"));
        assertTrue(rest.getMessage().contains("unknown rest 'most'"), rest.getMessage());
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("needle tiers=all")).getMessage().contains("unknown tiers 'all'"));
    }
}
