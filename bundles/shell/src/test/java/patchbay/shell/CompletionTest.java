package patchbay.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.ParsedLine;
import org.jline.reader.impl.DefaultParser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionTest {

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

    /** What Tab offers at the end of {@code line}, before what is typed already is compared. */
    private List<String> offered(String line) {
        ParsedLine parsed = new DefaultParser().parse(line, line.length());
        var candidates = new ArrayList<Candidate>();
        var completion = new Completion(workshop.runs, workshop.experiments);
        completion.complete(null, parsed, candidates);
        return candidates.stream().map(Candidate::value).toList();
    }

    @Test
    void experimentsThenTheirKeys() {
        assertEquals(List.of("broken", "tiny", "towers"), offered("run "));
        assertTrue(offered("run tiny tr").containsAll(List.of("training.steps=", "model.experts=", "--json")));
    }

    @Test
    void dataSets() {
        assertEquals(List.of("get", "info", "list"), offered("data "));
        assertTrue(offered("data get ").containsAll(List.of("mnist", "stamps")));
        assertEquals(List.of(), offered("data list "));
    }

    @Test
    void expertsThatCanJoin() {
        assertEquals(List.of("add", "import", "remove"), offered("expert "));
        assertTrue(offered("expert add ").contains("swiglu"));
        assertTrue(offered("expert add swiglu ").containsAll(List.of("as=", "from=")));
        assertEquals(List.of(), offered("expert remove "));
    }

    @Test
    void socketsThenWhatFitsThenItsOptions() {
        assertTrue(offered("swap lay").containsAll(List.of("layers.*.moe.router", "layers.0.moe.router", "position")));
        assertEquals(List.of("top-k", "cosine"), offered("swap layers.*.moe.router "));
        assertEquals(List.of("rope"), offered("patchbay:swap position "));
        assertTrue(offered("swap layers.0.moe.router cosine ").containsAll(List.of("learnable=", "projection=", "temperature=")));
        assertEquals(List.of(), offered("swap nowhere cosine "));
    }

    @Test
    void runsByWhatCanBeDoneWithThem() throws Exception {
        var run = workshop.endless();
        assertEquals(List.of(run.id()), offered("stop "));
        assertEquals(List.of(), offered("resume "));
        assertEquals(List.of("cpu", "reference", run.id()), offered("engine "));
        assertEquals(List.of(), offered("status x "));
        run.stop("test");
        run.await();
        assertEquals(List.of(), offered("stop "));
        for (var command : List.of("resume ", "status ", "replay ", "compare a ", "report ", "load ", "sockets ")) {
            assertEquals(List.of(run.id()), offered(command), command);
        }
    }

    @Test
    void nothingForCommandsOfOthers() {
        assertEquals(List.of(), offered("echo "));
        assertEquals(List.of(), offered("ru"));
        assertEquals(List.of("cache=", "continuations=", "run=", "seed=", "temperature=", "tokens=", "top-k=", "top-p=", "weights="), offered("generate 'a b' "));
        assertEquals(List.of(), offered("generate "));
    }
}
