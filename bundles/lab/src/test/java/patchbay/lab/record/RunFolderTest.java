package patchbay.lab.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.model.Provider;
import patchbay.tensor.UserError;

class RunFolderTest {

    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

    @TempDir
    Path runs;

    @Test
    void isNamedAfterExperimentAndTime() throws IOException {
        var folder = RunFolder.create(runs.resolve("deep/runs"), "quickstart", "name: quickstart\n", NOW);
        assertEquals("quickstart-260304-050607", folder.id());
        assertEquals("name: quickstart\n", Files.readString(folder.experiment()));
        assertTrue(Files.isDirectory(folder.checkpoints()));
        assertEquals("checkpoints/step-3", folder.relative(folder.checkpoints().resolve("step-3")));
    }

    @Test
    void startedInTheSameSecondGetFoldersOfTheirOwn() throws Exception {
        try (var pool = Executors.newFixedThreadPool(4)) {
            var tasks = java.util.Collections.nCopies(40, (Callable<String>) () -> RunFolder.create(runs, "same", "", NOW).id());
            var ids = new HashSet<String>();
            for (var id : pool.invokeAll(tasks)) {
                assertTrue(ids.add(id.get()));
            }
            assertTrue(ids.contains("same-260304-050607-40"), ids.toString());
        }
        assertEquals(40, RunFolder.all(runs).size());
    }

    @Test
    void hostileNamesStayInTheFolder() {
        for (var name : List.of("../../etc/passwd", "/abs", "..", ".", ".hidden", "a\u0000b", "con:", "x".repeat(500), "\uD83D\uDE00", " ", "-rf")) {
            var folder = RunFolder.create(runs, name, "", NOW);
            assertEquals(runs, folder.path().getParent(), name);
            assertTrue(folder.id().matches("[A-Za-z0-9][A-Za-z0-9._-]*"), folder.id());
        }
    }

    @Test
    void isFoundByIdOrBeginning() {
        var first = RunFolder.create(runs, "quick", "", NOW);
        var second = RunFolder.create(runs, "quick", "", NOW);
        var other = RunFolder.create(runs, "slow", "", NOW);
        assertEquals(other, RunFolder.find(runs, "sl"));
        assertEquals(first, RunFolder.find(runs, first.id()), "an id may be the beginning of another");
        assertEquals(second, RunFolder.find(runs, second.id()));
        assertTrue(assertThrows(UserError.class, () -> RunFolder.find(runs, "qui")).getMessage().contains("is not one but 2"));
        assertTrue(assertThrows(UserError.class, () -> RunFolder.find(runs, "slaw")).getMessage().contains("did you mean 'slow-"));
        assertThrows(UserError.class, () -> RunFolder.find(runs, ""));
        assertThrows(UserError.class, () -> RunFolder.find(runs, "../" + runs.getFileName()));
        assertThrows(UserError.class, () -> RunFolder.find(runs.resolve("none"), "a"));
    }

    @Test
    void summaryFollowsTheRun() {
        var folder = RunFolder.create(runs, "quick", "name: quick\n");
        assertEquals(RunState.created, folder.summary().state());
        var occupation = Occupation.of(folder);
        try (var journal = Journal.open(folder.journal()); var metrics = Metrics.open(folder.metrics())) {
            journal.append(new Event.Started(0, List.of()));
            assertEquals(RunState.running, folder.summary().state());
            for (int step = 1; step <= 400; step++) {
                metrics.append(new Measurement(step, 1f / step, 1, 1, step, 1, Map.of("layers.0.moe", new float[64]), Map.of()));
            }
            journal.append(new Event.Evaluated(400, 0.25, Map.of()));
            journal.append(new Event.Refused(400, "s", "p", Map.of(), "command", List.of(), "r"));
            journal.append(new Event.Paused(400));
            assertEquals(RunState.paused, folder.summary().state());
            journal.append(new Event.Finished(400));
        }
        var summary = folder.writeSummary();
        assertEquals(RunState.finished, summary.state());
        assertEquals("quick", summary.experiment());
        assertEquals(400, summary.steps());
        assertEquals(1f / 400, summary.loss());
        assertEquals(0.25, summary.validationLoss());
        assertEquals(1, summary.refused());
        assertTrue(summary.tokensPerSecond() > 200, "the median is of the last steps");
        occupation.close();
    }

    @Test
    void runWithoutItsProcessIsInterrupted() throws IOException {
        var folder = RunFolder.create(runs, "quick", "name: quick\n");
        try (var journal = Journal.open(folder.journal())) {
            journal.append(new Event.Started(0, List.of()));
        }
        assertEquals(RunState.interrupted, folder.summary().state());
        try (var occupation = Occupation.of(folder)) {
            assertEquals(RunState.running, folder.summary().state());
            assertTrue(assertThrows(UserError.class, () -> Occupation.of(folder)).getMessage().contains("is being trained by process"));
        }
        assertEquals(RunState.interrupted, folder.summary().state());
        // Killed, and the number of the process given to another one, which is this test's.
        Files.writeString(folder.process(), "{\"process\":" + ProcessHandle.current().pid() + ",\"started\":\"2001-01-01T00:00:00Z\"}");
        assertEquals(RunState.interrupted, folder.summary().state());
        Occupation.of(folder).close();
        assertFalse(Files.exists(folder.process()));
    }

    @Test
    void brokenFoldersAreListedAsBroken() throws IOException {
        Files.createDirectory(runs.resolve("empty"));
        Files.writeString(runs.resolve("file"), "is no run");
        var badJournal = RunFolder.create(runs, "bad", "name: bad\n");
        Files.writeString(badJournal.journal(), "{\n{\n");
        var badMetrics = RunFolder.create(runs, "worse", "name: worse\n");
        Files.writeString(badMetrics.metrics(), "x\n");
        var folders = RunFolder.all(runs);
        assertEquals(3, folders.size());
        for (var folder : folders) {
            assertEquals(RunState.broken, folder.summary().state(), folder.id());
            assertFalse(folder.summary().problem().isBlank());
        }
    }

    @Test
    void provenanceReadsBack() {
        var folder = RunFolder.create(runs, "quick", "name: quick\n");
        var provenance = ProvenanceTest.provenance(7, "0.1.0");
        folder.write(provenance);
        assertEquals(provenance, folder.readProvenance());
        assertEquals(new Provider("b", "0.1.0", "00"), provenance.plugins().getFirst().provider());
        assertThrows(UserError.class, () -> new RunFolder(runs.resolve("none")).readProvenance());
    }

    @Test
    void summaryIsOneObjectOnOneLine() {
        var json = RunFolder.create(runs, "quick", "name: quick\n", NOW).summary().toJson();
        assertTrue(json.startsWith("{\"run\":\"quick-260304-050607\",\"experiment\":\"quick\",\"state\":\"created\",\"steps\":0,\"loss\":null,\"validation-loss\":null,"), json);
        assertEquals(1, json.lines().count());
    }
}
