package patchbay.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

@Timeout(120)
class SearchCommandsTest {

    @TempDir
    Path folder;
    private Workshop workshop;
    private Path file;

    @BeforeEach
    void open() throws Exception {
        Files.createDirectory(folder.resolve("experiments"));
        workshop = new Workshop(folder.resolve("experiments"));
        file = folder.resolve("routers.yaml");
        Files.writeString(file, """
                base: tiny
                seeds: [1, 2]
                arms:
                  top-k: {}
                  cosine: {sockets.layers.*.moe.router: cosine}
                  twin: {sockets.layers.*.moe.balancer: auxiliary-loss}
                """);
    }

    @AfterEach
    void close() throws Exception {
        workshop.close();
    }

    @Test
    void aSearchInABatchTellsEachRungAndItsTable() throws Exception {
        var lines = workshop.execute("search run " + file + " training.steps=6").lines().toList();
        assertTrue(lines.getFirst().contains(": 3 arms, 2 of them race, 2 seeds, rungs [6]: up to 24 steps"), lines.getFirst());
        assertTrue(lines.contains("twin ends, duplicate: the same settings as 'top-k', defaults filled in"), lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("cosine, seed 2, step 6: validation loss ")), lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.matches("arm +validation loss +difference +MaxVio +of run +dead +specialisation +operations +steps +note")), lines::toString);
        var id = workshop.execute("search list").strip();
        assertTrue(lines.getFirst().startsWith(id) && id.startsWith("routers-"), id);
        assertEquals(lines.subList(lines.size() - 4, lines.size()), workshop.execute("search show").lines().toList());
        var markdown = workshop.execute("search report routers").lines().toList();
        assertEquals("| arm | validation loss | difference | MaxVio | of run | dead | specialisation | operations | steps | note |", markdown.getFirst());
        assertEquals(5, markdown.size());
        assertTrue(workshop.execute("search resume " + id).contains("baseline"), "there is nothing left to do");
        assertEquals(4, workshop.execute("runs").lines().count() - 1, "arms are runs like others");
    }

    @Test
    void mistakesAreOneLine() throws Exception {
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("search")).getMessage().contains("run, "));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("search go")).getMessage().contains("unknown action 'go'"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("search run nowhere")).getMessage().contains("there is no search file nowhere"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("search show")).getMessage().contains("there is no search yet"));
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("search resume x")).getMessage().contains("unknown search 'x'"));
        Files.writeString(file, "{base: tinny, arms: {a: {}}}");
        assertTrue(assertThrows(UserError.class, () -> workshop.execute("search run " + file)).getMessage().contains("unknown experiment 'tinny'; did you mean 'tiny'?"));
    }
}
