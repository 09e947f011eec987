package patchbay.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
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

    /** A line for each measure, of all that is held out. */
    @Test
    void aRunOnExamplesIsMeasuredByItsTask() throws Exception {
        workshop.execute("run towers");
        var told = workshop.execute("evaluate").lines().toList();
        assertTrue(told.getFirst().matches("towers-\\S+, step 20"), told.getFirst());
        assertTrue(told.get(1).matches("held out +measure +is"), told.get(1));
        assertTrue(told.get(2).matches("examples +loss +\\d\\.\\d{4}"), told.get(2));
        for (var measure : List.of("recall@1 image→sound", "recall@10 image→sound", "chance@1 image→sound", "recall@5 sound→image")) {
            assertTrue(told.stream().anyMatch(line -> line.matches("examples +" + measure + " +[01]\\.\\d{4}")), () -> measure + " in " + told);
        }
        assertTrue(mistake("evaluate context=12").contains("a collection of examples, no text"));
    }

    /** The towers alone, and then, from what they have learnt, together with a fusion and another task. */
    @Test
    void aSecondStageBeginsWithWhatTheFirstHasLearnt() throws Exception {
        workshop.execute("run towers");
        var told = workshop.execute("run towers name=together from=towers model.task.kind=classify training.steps=10");
        assertTrue(told.lines().anyMatch(line -> line.matches("begins with what towers-\\S+ had learnt in 20 steps: [1-9]\\d* parameters as they are, .* [1-9]\\d* new")), told);
        assertTrue(workshop.execute("evaluate together").lines().anyMatch(line -> line.matches("examples +accuracy +[01]\\.\\d{4}")));
        assertTrue(mistake("run towers from=nowhere").contains("unknown run 'nowhere'"));
    }

    @Test
    void mistakesAreOneLine() {
        assertTrue(mistake("evaluate").contains("there is no run yet"));
        assertTrue(mistake("evaluate nowhere").contains("nowhere"));
        assertTrue(mistake("evaluate context=1K").contains("'1K'"));
        assertTrue(mistake("evaluate factor=2").contains("unknown option 'factor'"));
    }
}
