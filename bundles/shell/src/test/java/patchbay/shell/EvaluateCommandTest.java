package patchbay.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
class EvaluateCommandTest {

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
    void aCheckpointIsMeasuredInOtherContexts() throws Exception {
        workshop.execute("run tiny");
        var told = workshop.execute("evaluate context=12,24").lines().toList();
        assertEquals(2, told.size());
        assertTrue(told.getLast().matches("tiny-\\S+, step 30, context 24 \\(trained with 12\\): validation loss \\d\\.\\d{4} over \\d+ tokens"), told.getLast());
        assertEquals(told.getFirst(), workshop.execute("evaluate").strip(), "the trained context, if none is named");
        assertEquals(told.getLast(), workshop.execute("evaluate context=24 position=rope scaling=linear factor=1").strip());
        assertTrue(!told.getLast().equals(workshop.execute("evaluate context=24 position=rope scaling=ntk factor=2").strip()));
        assertTrue(mistake("evaluate context=24 position=rope scalin=ntk").contains("scaling"));
    }

    @Test
    void mistakesAreOneLine() {
        assertTrue(mistake("evaluate").contains("there is no run yet"));
        assertTrue(mistake("evaluate nowhere").contains("nowhere"));
        assertTrue(mistake("evaluate context=1K").contains("'1K'"));
        assertTrue(mistake("evaluate factor=2").contains("unknown option 'factor'"));
    }
}
