package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.data.EvaluationBatches;
import patchbay.lab.record.Event;
import patchbay.lab.record.Metrics;
import patchbay.model.Plug;
import patchbay.tensor.UserError;
import patchbay.training.Learner;

/** Experts that join a model in training, and leave it. */
@Timeout(240)
class JoiningExpertsTest {

    private static final String ROUTER = "layers.0.moe.router.weight";

    @TempDir
    Path folder;
    private Laboratory laboratory;
    private Run run;

    @BeforeEach
    void train() throws Exception {
        laboratory = new Laboratory(folder);
        run = laboratory.lab.start(laboratory.experiment("training.steps=100000", "training.evaluate-every=0", "training.checkpoint-every=0"));
        awaitSteps(20);
        run.pause();
        at(Learner::births); // between two steps: it stands still
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    private void awaitSteps(long more) throws InterruptedException {
        long goal = run.step() + more;
        while (run.step() < goal && run.alive()) {
            Thread.onSpinWait();
        }
    }

    private void someSteps() throws Exception {
        run.unpause();
        awaitSteps(2);
        run.pause();
        at(Learner::births);
    }

    private <T> T at(java.util.function.Function<Learner, T> work) throws Exception {
        return run.withModel(work).get(60, TimeUnit.SECONDS);
    }

    private double loss() throws Exception {
        var batches = new EvaluationBatches(run.dataset().validation(), 4, 12, 4);
        return at(learner -> learner.evaluate(batches).loss());
    }

    private Map<String, float[]> values() throws Exception {
        return at(learner -> {
            var values = new TreeMap<String, float[]>();
            for (var name : learner.variables().names()) {
                var copy = new float[learner.variables().type(name).size()];
                learner.variables().read(name, copy);
                values.put(name, copy);
            }
            return values;
        });
    }

    private Event.Swapped add(String name, String plugin, String from) throws Exception {
        return (Event.Swapped) run.addExpert(name, Plug.of(plugin), from).get(60, TimeUnit.SECONDS);
    }

    private Event.Swapped remove(String name) throws Exception {
        return (Event.Swapped) run.removeExpert(name).get(60, TimeUnit.SECONDS);
    }

    @Test
    void theLossGoesOnWhereItWasAndNobodyForgetsAnything() throws Exception {
        double before = loss();
        var old = values();
        var event = add("late", "swiglu", "");
        assertEquals(0, event.before().size());
        assertEquals(2, event.after().size(), "one in each layer");
        assertEquals(before, loss(), 1e-3);
        var now = values();
        for (var moment : new String[] {"", "moment1/", "moment2/"}) {
            var name = moment + ROUTER;
            for (int row = 0; row < 16; row++) {
                assertArrayEquals(Arrays.copyOfRange(old.get(name), row * 4, row * 4 + 4), Arrays.copyOfRange(now.get(name), row * 5, row * 5 + 4),
                        name + ", row " + row);
                assertEquals(0, now.get(name)[row * 5 + 4]);
            }
        }
        old.keySet().stream().filter(name -> name.contains("moe.experts.") || name.contains("attention")).forEach(name ->
                assertArrayEquals(old.get(name), now.get(name), name));
    }

    @Test
    void aCopyIsWhatItCopiesAndIsHeardAfterAWhile() throws Exception {
        add("copy", "swiglu", "2");
        var now = values();
        for (var matrix : new String[] {"up", "gate", "down"}) {
            var all = now.get("layers.1.moe.experts." + matrix);
            int size = all.length / 4;
            assertArrayEquals(Arrays.copyOfRange(all, 2 * size, 3 * size), now.get("layers.1.moe.experts.copy." + matrix), matrix);
        }
        run.unpause();
        awaitSteps(250); // held back for a hundred
        run.stop("enough");
        run.await();
        var last = Metrics.read(run.folder().metrics()).getLast().counts().get("layers.0.moe");
        assertEquals(5, last.length);
        float late = 0;
        for (var measured : Metrics.read(run.folder().metrics())) {
            var counts = measured.counts().get("layers.0.moe");
            late += counts.length == 5 ? counts[4] : 0;
        }
        assertTrue(late > 0, "nobody ever went to it");
    }

    @Test
    void thoseOfAnotherKindStandBesideTheOthers() throws Exception {
        double before = loss();
        add("a", "swiglu", "");
        add("b", "swiglu", "a");
        assertEquals(before, loss(), 1e-3);
        remove("a");
        var now = values();
        assertEquals(16 * 5, now.get(ROUTER).length);
        assertTrue(now.containsKey("layers.0.moe.experts.b.up") && !now.containsKey("layers.0.moe.experts.a.up"));
        run.rollback().get(60, TimeUnit.SECONDS);
        assertTrue(values().containsKey("layers.0.moe.experts.a.up"), "taken back");
        assertEquals(before, loss(), 1e-3);
    }

    @Test
    void fiftyTimesInAndOutIsRepeatedBitByBit() throws Exception {
        for (int i = 0; i < 25; i++) {
            add("guest", "swiglu", i % 2 == 0 ? "" : Integer.toString(i % 4));
            someSteps();
            remove("guest");
            someSteps();
        }
        run.stop("enough");
        run.await();
        var steps = Metrics.read(run.folder().metrics());
        for (int i = 0; i < steps.size(); i++) {
            assertEquals(i + 1, steps.get(i).step(), "a step is lost or made twice");
        }
        var running = Replay.begin(laboratory.lab, run.folder(), new RunListener() {});
        Laboratory.ended(running.run());
        var verdict = running.verdict();
        assertTrue(verdict.identical(), verdict::toString);
        assertEquals(50, verdict.swaps());
    }

    @Test
    void aResumedRunHasTheExpertsThatItHad() throws Exception {
        add("late", "swiglu", "1");
        run.unpause();
        awaitSteps(5);
        run.stop("enough");
        run.await();
        long stopped = run.step();
        run = laboratory.lab.resume(run.id(), new RunListener() {});
        assertEquals(stopped, run.firstStep());
        awaitSteps(3);
        assertEquals(16 * 5, values().get(ROUTER).length);
    }

    @Test
    void mistakesAreToldAtOnce() throws Exception {
        add("late", "swiglu", "");
        assertTrue(assertThrows(UserError.class, () -> run.addExpert("late", Plug.of("swiglu"), "")).getMessage().contains("names 'late' twice"));
        assertTrue(assertThrows(UserError.class, () -> run.addExpert("other", Plug.of("swiglo"), "")).getMessage().contains("swiglu"));
        assertTrue(assertThrows(UserError.class, () -> run.addExpert("other", Plug.of("swiglu"), "9")).getMessage().contains("expert '9'"));
        assertTrue(assertThrows(UserError.class, () -> run.removeExpert("latte")).getMessage().contains("late"));
        assertTrue(assertThrows(UserError.class, () -> run.addExpert("Late!", Plug.of("swiglu"), "")).getMessage().contains("no name for an expert"));
    }
}
