package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.lab.record.Event;
import patchbay.lab.record.Journal;
import patchbay.lab.record.RoutingRecord;
import patchbay.model.Plug;
import patchbay.router.dynamic.DynamicRouter;
import patchbay.router.expertchoice.ExpertChoiceRouter;
import patchbay.router.soft.SoftRouter;
import patchbay.router.twolevel.TwoLevelRouter;
import patchbay.tensor.UserError;

/** What routers select, recorded and imposed on other runs. */
@Timeout(240)
class RoutingTest {

    private static final String[] SHORT = {"training.steps=12", "training.evaluate-every=0", "training.checkpoint-every=5"};

    @TempDir
    Path folder;
    private Laboratory laboratory;

    @BeforeEach
    void open() {
        laboratory = new Laboratory(folder, new DynamicRouter(), new ExpertChoiceRouter(), new SoftRouter(), new TwoLevelRouter());
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    private Run run(String... overrides) throws Exception {
        var all = Stream.concat(Stream.of(SHORT), Stream.of(overrides)).toArray(String[]::new);
        var run = laboratory.finished(laboratory.experiment(all));
        assertEquals(12, run.step(), () -> Journal.read(run.folder().journal()).last(Event.Failed.class).toString());
        return run;
    }

    private static String imposed(Run run) {
        return "model.imposed-routing=" + run.id();
    }

    @ParameterizedTest
    @ValueSource(strings = {"top-k", "{top-k: {noisy: true}}", "cosine", "dynamic", "two-level", "expert-choice"})
    void imposedOnTheSameRunNothingChanges(String router) throws Exception {
        var plug = "sockets.layers.*.moe.router=" + router;
        var leaks = "model.leaks=[expert-choice]";
        var recorded = run(plug, leaks, "training.record-routing=true", "training.accumulate=2");
        var following = run(plug, leaks, imposed(recorded), "training.accumulate=2");
        assertEquals(Laboratory.losses(recorded), Laboratory.losses(following));
    }

    /** Without it another router would select otherwise; with it, it selects the same, and its weights learn. */
    @Test
    void anotherRouterFollows() throws Exception {
        var recorded = run("training.record-routing=true");
        var following = run(imposed(recorded), "training.record-routing=true", "sockets.layers.*.moe.router=cosine");
        assertNotEquals(Laboratory.losses(recorded), Laboratory.losses(following));
        try (var one = RoutingRecord.read(recorded.folder().routing(), ""); var two = RoutingRecord.read(following.folder().routing(), "")) {
            assertEquals(12, one.steps());
            for (long step = 1; step <= 12; step++) {
                for (var path : List.of("layers.0.moe.router", "layers.1.moe.router")) {
                    assertArrayEquals(one.at(step, 0).orElseThrow().get(path).choices(),
                            two.at(step, 0).orElseThrow().get(path).choices(), path + " at step " + step);
                }
            }
        }
        var verdict = Replay.begin(laboratory.lab, following.folder(), new RunListener() {});
        Files.delete(recorded.folder().routing());
        Laboratory.ended(verdict.run());
        assertTrue(verdict.verdict().identical(), "its folder has a copy");
    }

    @Test
    void imposedLiveAndTakenBack() throws Exception {
        var recorded = run("training.record-routing=true");
        var longer = laboratory.finished(laboratory.experiment("training.steps=300", "training.evaluate-every=0", "training.record-routing=true"));
        var live = LiveRun.start(laboratory);
        assertTrue(assertThrows(UserError.class, () -> live.run().imposeRouting(recorded.folder())).getMessage().contains("ends with step 12"));
        assertEquals(Event.Swapped.IMPOSED, ((Event.Swapped) live.run().imposeRouting(longer.folder()).get(60, TimeUnit.SECONDS)).plugin());
        live.someSteps(3);
        live.run().rollback().get(60, TimeUnit.SECONDS);
        assertTrue(live.run().imposedRouting().isEmpty());
        live.someSteps(2);
        live.run().imposeRouting(longer.folder()).get(60, TimeUnit.SECONDS);
        live.someSteps(2);
        var refused = live.run().addExpert("late", Plug.of("swiglu"), "").get(60, TimeUnit.SECONDS);
        assertTrue(refused instanceof Event.Swapped, "the model can be built");
        live.someSteps(1); // and does not fit the record: it is taken back
        var back = Journal.read(live.run().folder().journal()).last(Event.RolledBack.class).orElseThrow();
        assertTrue(back.cause().contains("had 4 experts and 48 × 2 choices there and has 5 experts and 48 × 2 choices here"), back.cause());
        live.run().ownRouting().get(60, TimeUnit.SECONDS);
        live.someSteps(2);
        live.end();
        var resumed = live.resumed();
        assertTrue(resumed.run().imposedRouting().isEmpty());
    }

    @Test
    void whatWasImposedWhenIsRepeatedBitByBit() throws Exception {
        var longer = laboratory.finished(laboratory.experiment("training.steps=300", "training.evaluate-every=0", "training.record-routing=true", "sockets.layers.*.moe.router=cosine"));
        var live = LiveRun.start(laboratory);
        live.run().recordRouting();
        live.run().imposeRouting(longer.folder()).get(60, TimeUnit.SECONDS);
        live.someSteps(3);
        live.run().ownRouting().get(60, TimeUnit.SECONDS);
        live.someSteps(3);
        assertTrue(live.run().recordedRouting().orElseThrow().matches("\\d+ steps recorded, \\d+ KiB"));
        live.run().stopRecordingRouting();
        live.assertRepeatable();
    }

    @Test
    void aResumedRunGoesOnFollowingAndRecording() throws Exception {
        var recorded = run("training.record-routing=true");
        var experiment = laboratory.experiment("training.steps=100000", "training.evaluate-every=0", "training.checkpoint-every=5", "training.record-routing=true",
                imposed(recorded));
        var live = LiveRun.start(laboratory, experiment);
        live.end();
        var warning = Journal.read(live.run().folder().journal()).last(Event.Warning.class).orElseThrow();
        assertEquals(12, warning.step());
        assertTrue(warning.text().contains("says nothing of step 13"), warning.text());
        var resumed = live.resumed();
        resumed.someSteps(2);
        resumed.end();
        try (var record = RoutingRecord.read(resumed.run().folder().routing(), "")) {
            assertEquals(resumed.run().step(), record.last());
            assertEquals(record.last(), record.steps(), "each step once");
        }
    }

    @Test
    void whatDoesNotFitIsRefusedInOneLine() throws Exception {
        var recorded = run("training.record-routing=true");
        refused("seed was 1 there and is 2 here", imposed(recorded), "seed=2");
        refused("model.k was 2 there and is 1 here", imposed(recorded), "model.k=1");
        refused("training.batch was 4 there and is 3 here", imposed(recorded), "training.batch=3");
        refused("had 4 experts and 48 × 2 choices there and has 6 experts and 48 × 2 choices here", imposed(recorded), "model.experts=6");
        refused("says nothing of layers.2.moe.router", imposed(recorded), "model.layers=3");
        refused("it selects nothing, so that no record of another run can be imposed on it (router soft at layers.0.moe.router)",
                imposed(recorded), "model.leaks=[soft]", "sockets.layers.0.moe.router=soft");
        refused("did you mean", imposed(recorded) + "x");
        refused("router soft at layers.0.moe.router selects nothing that could be recorded",
                "training.record-routing=true", "model.leaks=[soft]", "sockets.layers.0.moe.router=soft");
        refused("this model has no mixture of experts", "training.record-routing=true", "model.dense=all");
        var silent = run();
        refused("run " + silent.id() + " has no record of its routing", imposed(silent));
        Files.writeString(recorded.folder().routing(), "nonsense\n");
        refused("is no record of a routing", imposed(recorded));
        var soft = laboratory.lab.start(laboratory.experiment("training.steps=100000", "model.leaks=[soft]", "sockets.layers.1.moe.router=soft"));
        assertTrue(assertThrows(UserError.class, soft::recordRouting).getMessage().contains("router soft at layers.1.moe.router selects nothing that could be recorded"));
        assertFalse(soft.recordedRouting().isPresent());
    }

    private void refused(String reason, String... overrides) {
        var all = Stream.concat(Stream.of(SHORT), Stream.of(overrides)).toArray(String[]::new);
        var message = assertThrows(UserError.class, () -> laboratory.lab.start(laboratory.experiment(all))).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
