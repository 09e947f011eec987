package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.lab.record.Event;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.RunState;
import patchbay.model.Plug;

/** Runs from beginning to end: steps, swaps, stopping, resuming, repeating. */
@Timeout(120)
class RunTest {

    @TempDir
    Path folder;
    private Laboratory laboratory;

    @BeforeEach
    void open() {
        laboratory = new Laboratory(folder);
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    @Test
    void everyStepIsMeasuredAndTheEndIsOnRecord() throws InterruptedException {
        var run = laboratory.finished(laboratory.experiment());
        assertEquals(RunState.finished, run.state());
        assertEquals(30, Laboratory.losses(run).size());
        var history = Journal.read(run.folder().journal());
        assertEquals(List.of(10L, 20L, 30L), history.all(Event.Evaluated.class).stream().map(Event::step).toList());
        assertEquals(List.of(10L, 20L, 30L), history.all(Event.Checkpointed.class).stream().map(Event::step).toList());
        assertTrue(Laboratory.losses(run).getLast() < Laboratory.losses(run).getFirst(), "it learnt something");
    }

    @Test
    void everyStepIsAnEventInARecordingOfTheJvm() throws Exception {
        try (var recording = new Recording()) {
            recording.start();
            var run = laboratory.finished(laboratory.experiment("training.steps=7"));
            var file = folder.resolve("steps.jfr");
            recording.dump(file);
            var events = RecordingFile.readAllEvents(file).stream().filter(event -> event.getEventType().getName().equals("patchbay.Step")
                    && event.getString("run").equals(run.id())).toList();
            assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L), events.stream().map(event -> event.getLong("step")).toList());
            assertEquals(Laboratory.losses(run), events.stream().map(event -> event.getFloat("loss")).toList());
            assertTrue(events.stream().allMatch(event -> event.getDouble("tokensPerSecond") > 0 && event.getDuration().toNanos() > 0));
        }
    }

    @Test
    void aProfileOfARunThatEndsBeforeIsOfTheStepsThatItMade() throws Exception {
        var run = laboratory.lab.start(laboratory.experiment("training.steps=10000000"));
        var profile = run.profile(1_000_000);
        var second = assertThrows(ExecutionException.class, () -> run.profile(3).get());
        assertTrue(second.getCause().getMessage().contains("profiled already"), second.getMessage());
        var made = new CountDownLatch(3);
        run.listen(new RunListener() {
            @Override
            public void measured(Run of, Measurement measurement) {
                made.countDown();
            }
        });
        made.await();
        run.stop("test");
        assertTrue(profile.get().runs() >= 3 && profile.get().runs() <= run.step(), () -> profile + " of " + run.step());
    }

    @Test
    void plannedSwapTakesEffectAtItsStepAndIsRepeatedBitForBit() throws InterruptedException {
        var plain = laboratory.finished(laboratory.experiment());
        var swapped = laboratory.finished(laboratory.experiment(
                "swaps=[{step: 15, socket: layers.*.moe.router, plugin: cosine}, {step: 20, socket: layers.1.moe.balancer, plugin: loss-free}]"));
        var events = Journal.read(swapped.folder().journal()).all(Event.Swapped.class);
        assertEquals(List.of(15L, 20L), events.stream().map(Event::step).toList());
        assertEquals(2, events.getFirst().after().size());
        assertEquals(Laboratory.losses(plain).subList(0, 15), Laboratory.losses(swapped).subList(0, 15));
        assertNotEquals(Laboratory.losses(plain).get(16), Laboratory.losses(swapped).get(16));

        var repeated = Laboratory.ended(laboratory.lab.repeat(swapped.folder(), new RunListener() {}));
        assertEquals(Laboratory.losses(swapped), Laboratory.losses(repeated));
    }

    @Test
    void resumedRunGoesOnAsIfItHadNotStopped() throws InterruptedException {
        var swap = "swaps=[{step: 12, socket: layers.0.moe.router, plugin: cosine}]";
        var whole = laboratory.finished(laboratory.experiment(swap));
        for (int stopAt : List.of(5, 12, 17)) {
            var stopped = Laboratory.ended(laboratory.lab.start(laboratory.experiment(swap), stoppingAt(stopAt)));
            assertEquals(RunState.stopped, stopped.state());
            var resumed = Laboratory.ended(laboratory.lab.resume(stopped.id(), new RunListener() {}));
            assertEquals(RunState.finished, resumed.state());
            assertEquals(Laboratory.losses(whole), Laboratory.losses(resumed), "stopped at " + stopAt);
        }
    }

    @Test
    void swapFromOutsideWhilePausedAndBackAgain() throws Exception {
        var plain = laboratory.finished(laboratory.experiment());
        var reached = new CountDownLatch(1);
        var run = laboratory.lab.start(laboratory.experiment(), new RunListener() {
            @Override
            public void measured(Run run, Measurement measurement) {
                if (measurement.step() == 8) {
                    run.pause();
                    reached.countDown();
                }
            }
        });
        reached.await();
        var swapped = run.swap("layers.*.moe.router", Plug.of("cosine")).get();
        assertTrue(swapped instanceof Event.Swapped, swapped.toString());
        assertEquals(8, swapped.step());
        var transfer = ((Event.Swapped) swapped).transfer();
        assertEquals(List.of("layers.0.moe.router.weight", "layers.1.moe.router.weight"), transfer.lost());
        assertEquals(6, transfer.started().size());
        var back = run.rollback().get();
        assertTrue(back instanceof Event.RolledBack, back.toString());
        run.unpause();
        Laboratory.ended(run);
        assertEquals(Laboratory.losses(plain), Laboratory.losses(run));
        assertEquals("top-k", run.wiring().stream().filter(fitted -> fitted.socket().equals("layers.0.moe.router")).findFirst()
                .orElseThrow().plugin());
        var repeated = Laboratory.ended(laboratory.lab.repeat(run.folder(), new RunListener() {}));
        assertEquals(Laboratory.losses(run), Laboratory.losses(repeated));
    }

    @Test
    void accumulatedRunIsResumedToo() throws InterruptedException {
        var whole = laboratory.finished(laboratory.experiment("training.accumulate=3"));
        var stopped = Laboratory.ended(laboratory.lab.start(laboratory.experiment("training.accumulate=3"), stoppingAt(7)));
        var resumed = Laboratory.ended(laboratory.lab.resume(stopped.id(), new RunListener() {}));
        assertEquals(Laboratory.losses(whole), Laboratory.losses(resumed));
    }

    private static RunListener stoppingAt(int step) {
        return new RunListener() {
            @Override
            public void measured(Run run, Measurement measurement) {
                if (measurement.step() == step) {
                    run.stop("the test wants so");
                }
            }
        };
    }
}
