package patchbay.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.lab.record.Event;
import patchbay.lab.record.History;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.Metrics;
import patchbay.lab.record.RunFolder;

/**
 * The platform is killed while it trains, again and again, and the run goes on each time as if nothing had been: swaps that
 * were commanded after the last checkpoint included. How often is said by the system property {@code patchbay.kills}.
 */
@Timeout(1200)
class KillTest {

    private static final int KILLS = Integer.getInteger("patchbay.kills", 5);
    private static final int SECONDS = 60;
    private static final int STEPS = 2000;

    @TempDir
    Path folder;
    private final Random random = new Random(Long.getLong("patchbay.seed", 1));

    private Path experiment() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), "the quick brown fox jumps over the lazy dog and runs away. ".repeat(80));
        return Files.writeString(folder.resolve("tiny.yaml"), """
                name: tiny
                data: {source: text, path: %s, tokenizer: char}
                model: {layers: 2, dim: 32, heads: 2, context: 16, hidden: 32, experts: 4, k: 2}
                training: {steps: %d, batch: 8, warm-up: 5, evaluate-every: 200, evaluate-batches: 1, checkpoint-every: 60, keep-checkpoints: 2}
                samples: {prompts: []}
                """.formatted(text, STEPS));
    }

    @Test
    void resumingAlwaysWorksAndGoesOnAsIfNothingHadBeen() throws Exception {
        var script = new Script(folder);
        var first = script.start("", "exec", "run " + experiment() + " --background", "sleep 0.5", "swap layers.*.moe.router cosine",
                "swap layers.0.moe.balancer loss-free", "sleep 0.3", "rollback", "sleep 600");
        Path runs = folder.resolve("runs");
        until(first, () -> RunFolder.all(runs).stream().anyMatch(run -> Files.exists(run.journal())));
        var run = RunFolder.all(runs).getFirst();
        until(first, () -> decided(Journal.read(run.journal())).count() >= 3);
        kill(first, 300);
        for (int i = 1; i < KILLS; i++) {
            int resumed = i;
            var again = script.start("", "exec", "resume " + run.id());
            until(again, () -> Journal.read(run.journal()).all(Event.Resumed.class).size() >= resumed);
            kill(again, 1200);
        }

        var last = script.run("exec", "resume " + run.id());
        assertEquals(0, last.exitCode(), last.err());
        var steps = Metrics.read(run.metrics()).stream().map(Measurement::step).toList();
        assertEquals(LongStream.rangeClosed(1, STEPS).boxed().toList(), steps, "every step once, in order");
        var history = Journal.read(run.journal());
        assertEquals(decided(history).limit(3).toList(), decided(history.effective()).toList(), "no swap is forgotten, and none made twice");
        var replay = script.run("exec", "replay " + run.id());
        assertEquals(0, replay.exitCode(), replay.err());
        assertTrue(replay.out().contains("bit-identical: " + STEPS + " steps"), replay.out());
    }

    /** What was decided by command, told so that a repetition reads the same. */
    private static Stream<String> decided(History history) {
        return history.events().filter(event -> event instanceof Event.Swapped || event instanceof Event.RolledBack).map(event ->
                event instanceof Event.Swapped swapped ? swapped.step() + " " + swapped.socket() + " " + swapped.plugin() : event.step() + " back");
    }

    /** Waits for something that the process brings about. */
    private static void until(Script.Running running, BooleanSupplier condition) throws Exception {
        for (int i = 0; i < SECONDS * 50 && !condition.getAsBoolean(); i++) {
            assertFalse(running.process().waitFor(20, TimeUnit.MILLISECONDS), () -> "the process ended: " + text(running.out()) + text(running.err()));
        }
        assertTrue(condition.getAsBoolean(), () -> "not within " + SECONDS + " s: " + text(running.out()) + text(running.err()));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** At a moment in the next {@code millis}. */
    private void kill(Script.Running running, int millis) throws InterruptedException {
        running.process().waitFor(random.nextInt(millis), TimeUnit.MILLISECONDS);
        running.process().destroyForcibly().waitFor();
    }
}
