package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.lab.record.Event;
import patchbay.lab.record.Metrics;
import patchbay.model.Plug;
import patchbay.tensor.UserError;

/** Experts that join a model in training, and leave it. */
@Timeout(240)
class JoiningExpertsTest {

    private static final String ROUTER = "layers.0.moe.router.weight";

    @TempDir
    Path folder;
    private Laboratory laboratory;
    private LiveRun live;

    @BeforeEach
    void train() throws Exception {
        laboratory = new Laboratory(folder);
        live = LiveRun.start(laboratory);
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    private Event.Swapped add(String name, String plugin, String from) throws Exception {
        return (Event.Swapped) live.run().addExpert(name, Plug.of(plugin), from).get(60, TimeUnit.SECONDS);
    }

    private Event.Swapped remove(String name) throws Exception {
        return (Event.Swapped) live.run().removeExpert(name).get(60, TimeUnit.SECONDS);
    }

    @Test
    void theLossGoesOnWhereItWasAndNobodyForgetsAnything() throws Exception {
        double before = live.loss();
        var old = live.values();
        var event = add("late", "swiglu", "");
        assertEquals(0, event.before().size());
        assertEquals(2, event.after().size(), "one in each layer");
        assertEquals(before, live.loss(), 1e-3);
        var now = live.values();
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
        var now = live.values();
        for (var matrix : new String[] {"up", "gate", "down"}) {
            var all = now.get("layers.1.moe.experts." + matrix);
            int size = all.length / 4;
            assertArrayEquals(Arrays.copyOfRange(all, 2 * size, 3 * size), now.get("layers.1.moe.experts.copy." + matrix), matrix);
        }
        live.someSteps(250); // held back for a hundred
        live.end();
        var last = Metrics.read(live.run().folder().metrics()).getLast().counts().get("layers.0.moe");
        assertEquals(5, last.length);
        float late = 0;
        for (var measured : Metrics.read(live.run().folder().metrics())) {
            var counts = measured.counts().get("layers.0.moe");
            late += counts.length == 5 ? counts[4] : 0;
        }
        assertTrue(late > 0, "nobody ever went to it");
    }

    @Test
    void thoseOfAnotherKindStandBesideTheOthers() throws Exception {
        double before = live.loss();
        add("a", "swiglu", "");
        add("b", "swiglu", "a");
        assertEquals(before, live.loss(), 1e-3);
        remove("a");
        var now = live.values();
        assertEquals(16 * 5, now.get(ROUTER).length);
        assertTrue(now.containsKey("layers.0.moe.experts.b.up") && !now.containsKey("layers.0.moe.experts.a.up"));
        live.run().rollback().get(60, TimeUnit.SECONDS);
        assertTrue(live.values().containsKey("layers.0.moe.experts.a.up"), "taken back");
        assertEquals(before, live.loss(), 1e-3);
    }

    @Test
    void fiftyTimesInAndOutIsRepeatedBitByBit() throws Exception {
        for (int i = 0; i < 25; i++) {
            add("guest", "swiglu", i % 2 == 0 ? "" : Integer.toString(i % 4));
            live.someSteps(2);
            remove("guest");
            live.someSteps(2);
        }
        var verdict = live.assertRepeatable();
        var steps = Metrics.read(live.run().folder().metrics());
        for (int i = 0; i < steps.size(); i++) {
            assertEquals(i + 1, steps.get(i).step(), "a step is lost or made twice");
        }
        assertEquals(50, verdict.swaps());
    }

    @Test
    void aResumedRunHasTheExpertsThatItHad() throws Exception {
        add("late", "swiglu", "1");
        live.someSteps(5);
        live.end();
        long stopped = live.run().step();
        live = live.resumed();
        assertEquals(stopped, live.run().firstStep());
        live.someSteps(3);
        assertEquals(16 * 5, live.values().get(ROUTER).length);
    }

    @Test
    void mistakesAreToldAtOnce() throws Exception {
        add("late", "swiglu", "");
        assertTrue(assertThrows(UserError.class, () -> live.run().addExpert("late", Plug.of("swiglu"), "")).getMessage().contains("names 'late' twice"));
        assertTrue(assertThrows(UserError.class, () -> live.run().addExpert("other", Plug.of("swiglo"), "")).getMessage().contains("swiglu"));
        assertTrue(assertThrows(UserError.class, () -> live.run().addExpert("other", Plug.of("swiglu"), "9")).getMessage().contains("expert '9'"));
        assertTrue(assertThrows(UserError.class, () -> live.run().removeExpert("latte")).getMessage().contains("late"));
        assertTrue(assertThrows(UserError.class, () -> live.run().addExpert("Late!", Plug.of("swiglu"), "")).getMessage().contains("no name for an expert"));
    }
}
