package patchbay.lab.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.model.Provider;
import patchbay.tensor.UserError;

class JournalTest {

    private static final Provider BUNDLE = new Provider("patchbay.router.cosine", "0.1.0", "ab".repeat(32));
    private static final Fitted TOP_K = new Fitted("layers.0.moe.router", "router", "top-k", Map.of(), Provider.CLASS_PATH);
    private static final Fitted COSINE = new Fitted("layers.0.moe.router", "router", "cosine", Map.of("temperature", 0.5, "noisy", true, "k", 2), BUNDLE);
    private static final Transfer TRANSFER = new Transfer(7, List.of("a"), List.of("b"), List.of("c", "d"), List.of());

    private static final List<Event> ONE_OF_EACH = List.of(
            new Event.Started(0, List.of(TOP_K)),
            new Event.Resumed(3, "checkpoints/3", 5, List.of(TOP_K)),
            swapped(4),
            new Event.Refused(5, "layers.*", "evil", Map.of("x", "<b>\n\u2028\"\\"), "command", List.of(BUNDLE), "yields NaN\nin \u0000 \uD83D\uDE00"),
            new Event.RolledBack(6, "command", List.of(COSINE), List.of(TOP_K), Transfer.none(), 0.25),
            new Event.Evaluated(7, 0.1 + 0.2, Map.of("layers.0.moe", List.of(0L, 1L << 40))),
            new Event.Evaluated(7, Double.NaN, Map.of()),
            new Event.Checkpointed(8, "checkpoints/8", 1e-9),
            new Event.CheckpointFailed(8, "no space left"),
            new Event.Sampled(9, "dog: ", "an \"animal\"\r\n\t"),
            new Event.Paused(10), new Event.Unpaused(10), new Event.Stopped(11, "command"), new Event.Failed(12, ""),
            new Event.Finished(13), new Event.PluginArrived(14, "router", "cosine", BUNDLE), new Event.PluginGone(15, "router", "cosine", BUNDLE),
            new Event.Inherited(0, "other-1", 30, 4, 6, 2), new Event.Warning(16, "\uD800 alone"));

    @TempDir
    Path folder;

    @Test
    void everyEventReadsBackAsItWas() {
        var file = folder.resolve("journal.jsonl");
        var time = Instant.parse("2026-01-02T03:04:05.678Z");
        var events = ONE_OF_EACH.subList(0, ONE_OF_EACH.size() - 1); // half a surrogate pair is no text that UTF-8 can hold
        try (var journal = Journal.open(file, InstantSource.fixed(time))) {
            events.forEach(journal::append);
            assertEquals(events.size(), journal.size());
            assertEquals(events, journal.history().events().toList());
        }
        var read = Journal.read(file);
        assertEquals(events, read.events().toList());
        assertEquals(time, read.entries().getFirst().time());
        assertEquals(Arrays.stream(Event.class.getPermittedSubclasses()).collect(Collectors.toSet()),
                ONE_OF_EACH.stream().map(Object::getClass).collect(Collectors.toSet()), "an event is not tested");
    }

    @Test
    void oneEventIsOneLineWithItsTypeAndTime() throws IOException {
        var file = folder.resolve("journal.jsonl");
        try (var journal = Journal.open(file, InstantSource.fixed(Instant.EPOCH))) {
            ONE_OF_EACH.forEach(journal::append);
        }
        var lines = Files.readAllLines(file);
        assertEquals(ONE_OF_EACH.size(), lines.size());
        assertTrue(lines.get(4).startsWith("{\"type\":\"rolled-back\",\"time\":\"1970-01-01T00:00:00Z\",\"step\":6,"), lines.get(4));
        assertEquals("{\"type\":\"finished\",\"time\":\"1970-01-01T00:00:00Z\",\"step\":13}", lines.get(14));
    }

    @Test
    void tornLastLineIsDroppedAndWrittenOver() throws IOException {
        var file = folder.resolve("journal.jsonl");
        try (var journal = Journal.open(file)) {
            journal.append(new Event.Started(0, List.of(TOP_K)));
            journal.append(swapped(4));
        }
        long size = Files.size(file);
        var whole = Files.readAllBytes(file);
        int first = new String(whole, java.nio.charset.StandardCharsets.UTF_8).indexOf('\n') + 1;
        for (int cut = first; cut < size; cut += 7) {
            Files.write(file, Arrays.copyOf(whole, cut));
            assertEquals(1, Journal.read(file).entries().size(), "cut at " + cut);
        }
        try (var journal = Journal.open(file)) {
            assertEquals(1, journal.size());
            journal.append(new Event.Finished(9));
        }
        assertEquals(List.of(new Event.Started(0, List.of(TOP_K)), new Event.Finished(9)), Journal.read(file).events().toList());
    }

    @Test
    void brokenLineInTheMiddleIsToldWithFileAndLine() throws IOException {
        var file = folder.resolve("journal.jsonl");
        try (var journal = Journal.open(file)) {
            journal.append(new Event.Paused(1));
        }
        for (var broken : List.of("{\"type\":\"pau", "", "[]", "{\"type\":\"paused\",\"time\":\"noon\",\"step\":1}", "{\"type\":\"paused\",\"step\":1}",
                "{\"type\":\"paused\",\"time\":\"1970-01-01T00:00:00Z\"}")) {
            Files.writeString(file, Files.readAllLines(file).getFirst() + "\n" + broken + "\n");
            var error = assertThrows(UserError.class, () -> Journal.read(file), broken);
            assertTrue(error.getMessage().startsWith(file + ":2: "), error.getMessage());
        }
        Files.writeString(file, "{\"type\":\"swaped\",\"time\":\"1970-01-01T00:00:00Z\",\"step\":1}\n", StandardOpenOption.TRUNCATE_EXISTING);
        var error = assertThrows(UserError.class, () -> Journal.open(file));
        assertTrue(error.getMessage().contains("did you mean 'swapped'"), error.getMessage());
    }

    @Test
    void resumingUndoesWhatTheCheckpointDoesNotKnow() {
        var started = new Event.Started(0, List.of(TOP_K));
        var swapAtStep = swapped(4); // before the checkpoint, at its very step
        var checkpoint = new Event.Checkpointed(4, "checkpoints/4", 1);
        var undone = new Event.RolledBack(4, "command", List.of(COSINE), List.of(TOP_K), Transfer.none(), 1); // after it
        var resumed = new Event.Resumed(4, "checkpoints/4", 2, List.of(COSINE));
        var history = history(started, swapAtStep, undone, checkpoint, new Event.Evaluated(5, 1, Map.of()), resumed, new Event.Finished(6));
        var effective = history.effective();
        assertEquals(List.of(started, swapAtStep, resumed, new Event.Finished(6)), effective.events().toList());
        assertEquals(List.of(COSINE), effective.wiring());
        assertEquals(List.of(TOP_K), effective.wiringAtStart());
        assertEquals(effective, effective.effective());
    }

    @Test
    void resumingTwiceUndoesTheFirstResuming() {
        var history = history(new Event.Started(0, List.of()), new Event.Paused(1), new Event.Paused(2),
                new Event.Resumed(1, "checkpoints/1", 2, List.of()), new Event.Paused(3),
                new Event.Resumed(0, "checkpoints/0", 1, List.of()), new Event.Paused(4));
        assertEquals(List.of(0L, 0L, 4L), history.effective().events().map(Event::step).toList());
        assertEquals(6, history.sizeAt(1));
        assertEquals(6, history.sizeAt(3));
        assertEquals(7, history.sizeAt(4));
    }

    @Test
    void whatWasToBeRepeatedIsNotForgottenWhenTheRepetitionIsInterruptedToo() {
        var back = new Event.RolledBack(9, "command", List.of(COSINE), List.of(TOP_K), Transfer.none(), 1);
        var resumed = new Event.Resumed(3, "checkpoints/3", 2, List.of());
        var started = new Event.Started(0, List.of());
        var checkpoint = new Event.Checkpointed(3, "checkpoints/3", 1);
        assertEquals(List.of(swapped(4), back), repeated(started, checkpoint, swapped(4), back));
        assertEquals(List.of(swapped(4), back), repeated(started, checkpoint, swapped(4), back, resumed), "killed before step 4");
        assertEquals(List.of(swapped(4), back), repeated(started, checkpoint, swapped(4), back, resumed, swapped(4)), "killed between them");
        assertEquals(List.of(swapped(4), back), repeated(started, checkpoint, swapped(4), back, resumed, swapped(4), resumed));
        assertEquals(List.of(swapped(4), swapped(6), back), repeated(started, checkpoint, swapped(4), back, resumed, swapped(4), swapped(6)),
                "asked for in between");
        assertEquals(List.of(back), history(started, checkpoint, swapped(4), back, resumed, swapped(4)).repeatedFrom(6).events().toList(),
                "from a checkpoint after the first of them");
    }

    private static List<Event> repeated(Event... events) {
        return history(events).repeatedFrom(2).events().toList();
    }

    @Test
    void rollbackThatUndoesStepsUndoesWhatTheyShowed() {
        var before = new Event.Evaluated(4, 1, Map.of());
        var undone = new Event.Evaluated(5, 2, Map.of());
        var back = new Event.RolledBack(4, "the loss is NaN", List.of(COSINE), List.of(TOP_K), Transfer.none(), 1);
        var again = new Event.Evaluated(5, 1.5, Map.of());
        assertEquals(List.of(before, swapped(4), back, again), history(before, swapped(4), undone, back, again).effective().events().toList());
    }

    @Test
    void wiringFollowsSwapsAndRollbacks() {
        var other = new Fitted("position", "position", "rope", Map.of(), Provider.CLASS_PATH);
        var history = history(new Event.Started(0, List.of(other, TOP_K)), swapped(4));
        assertEquals(List.of(other, COSINE), history.wiring());
        assertEquals(List.of(other, TOP_K), history(new Event.Started(0, List.of(other, TOP_K)), swapped(4),
                new Event.RolledBack(5, "command", List.of(COSINE), List.of(TOP_K), Transfer.none(), 1)).wiring());
        assertEquals(4, history.last(Event.Swapped.class).orElseThrow().step());
    }

    private static Event.Swapped swapped(long step) {
        return new Event.Swapped(step, "layers.*.moe.router", "cosine", Map.of("temperature", 0.5), "planned",
                List.of(TOP_K), List.of(COSINE), TRANSFER, 12.5);
    }

    private static History history(Event... events) {
        return new History(Arrays.stream(events).map(event -> new History.Entry(Instant.EPOCH, event)).toList());
    }
}
