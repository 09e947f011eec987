package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.expert.sharedbase.SharedBase;
import patchbay.lab.record.Event;
import patchbay.model.Plug;
import patchbay.tensor.UserError;

/** Experts that share a plugin and leave a model in training one by one. */
@Timeout(240)
class LeavingExpertsTest {

    private static final int DIM = 16;
    private static final String ROUTER = "layers.0.moe.router.weight";
    private static final String UP = "layers.0.moe.experts.up";
    private static final List<String> MOMENTS = List.of("", "moment1/", "moment2/");

    @TempDir
    Path folder;
    private Laboratory laboratory;
    private LiveRun live;

    @BeforeEach
    void train() throws Exception {
        laboratory = new Laboratory(folder, new SharedBase());
        live = LiveRun.start(laboratory);
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    private Event.Swapped remove(String name) throws Exception {
        return (Event.Swapped) live.run().removeExpert(name).get(60, TimeUnit.SECONDS);
    }

    private Event.Swapped merge(String name, String into) throws Exception {
        return (Event.Swapped) live.run().removeExpert(name, into).get(60, TimeUnit.SECONDS);
    }

    /** The part of one of so many experts. */
    private static float[] slice(Map<String, float[]> values, String name, int expert, int experts) {
        var all = values.get(name);
        int size = all.length / experts;
        return Arrays.copyOfRange(all, expert * size, (expert + 1) * size);
    }

    private static float[] column(Map<String, float[]> values, String name, int expert, int experts) {
        var column = new float[DIM];
        for (int row = 0; row < DIM; row++) {
            column[row] = values.get(name)[row * experts + expert];
        }
        return column;
    }

    @Test
    void theOthersKeepTheirValuesColumnsAndMoments() throws Exception {
        var before = live.values();
        var event = remove("1");
        assertEquals("layers.*.moe.experts.1", event.socket());
        var after = live.values();
        int[] stay = {0, 2, 3};
        for (var moment : MOMENTS) {
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(slice(before, moment + UP, stay[i], 4), slice(after, moment + UP, i, 3), moment + UP + " of " + stay[i]);
                assertArrayEquals(column(before, moment + ROUTER, stay[i], 4), column(after, moment + ROUTER, i, 3), moment + ROUTER + " of " + stay[i]);
            }
        }
        before.keySet().stream().filter(name -> name.contains("attention") && !name.startsWith("accumulated")).forEach(name ->
                assertArrayEquals(before.get(name), after.get(name), name));
        live.someSteps(2);
        var counts = live.run().last().orElseThrow().counts().get("layers.0.moe");
        assertEquals(3, counts.length);
        assertEquals(4 * 12 * 2, counts[0] + counts[1] + counts[2], "every token has its two experts among those that stay");
        assertEquals(List.of("0", "2", "3"), live.run().model().expertNames());
    }

    @Test
    void rollbackBringsItBackAndLeavesTheOthersWhatTheyHaveLearnt() throws Exception {
        var before = live.values();
        remove("1");
        live.someSteps(3);
        var without = live.values();
        live.run().rollback().get(60, TimeUnit.SECONDS);
        var back = live.values();
        for (var moment : MOMENTS) {
            assertArrayEquals(slice(before, moment + UP, 1, 4), slice(back, moment + UP, 1, 4), moment);
            assertArrayEquals(slice(without, moment + UP, 2, 3), slice(back, moment + UP, 3, 4), moment);
            assertArrayEquals(column(before, moment + ROUTER, 1, 4), column(back, moment + ROUTER, 1, 4), moment);
            assertArrayEquals(column(without, moment + ROUTER, 0, 3), column(back, moment + ROUTER, 0, 4), moment);
        }
        live.someSteps(2);
        live.assertRepeatable();
    }

    @Test
    void oneIsMergedIntoAnotherByTheTokensOfBoth() throws Exception {
        var before = live.values();
        var load = live.run().load().getFirst().run();
        double share = load[1] / (load[1] + load[3]);
        var event = merge("1", "3");
        assertEquals("3", event.options().get("merge"));
        assertEquals(share, ((Map<?, ?>) event.options().get("shares")).get("layers.0.moe"));
        var after = live.values();
        var leaving = slice(before, UP, 1, 4);
        var staying = slice(before, UP, 3, 4);
        var merged = slice(after, UP, 2, 3);
        for (int i = 0; i < merged.length; i++) {
            assertEquals(share * leaving[i] + (1 - share) * staying[i], merged[i], 1e-6);
        }
        assertArrayEquals(slice(before, "moment1/" + UP, 3, 4), slice(after, "moment1/" + UP, 2, 3), "its own moments");
        assertArrayEquals(column(before, ROUTER, 3, 4), column(after, ROUTER, 2, 3), "its own column");
        assertArrayEquals(slice(before, UP, 2, 4), slice(after, UP, 1, 3), "another");
        live.run().rollback().get(60, TimeUnit.SECONDS);
        assertArrayEquals(before.get(UP), live.values().get(UP), "as before the merge");
        merge("0", "2");
        live.someSteps(2);
        live.assertRepeatable();
    }

    @Test
    void whoLeftWhenIsRepeatedBitByBit() throws Exception {
        remove("1");
        live.someSteps(2);
        live.run().addExpert("late", Plug.of("swiglu"), "3").get(60, TimeUnit.SECONDS);
        var values = live.values();
        assertArrayEquals(slice(values, UP, 2, 3), values.get("layers.0.moe.experts.late.up"), "expert 3 stands at place 2");
        live.run().freeze("3").get(60, TimeUnit.SECONDS);
        live.someSteps(2);
        assertArrayEquals(slice(values, UP, 2, 3), slice(live.values(), UP, 2, 3), "frozen by its number");
        remove("3");
        assertEquals(List.of(), live.run().frozen());
        live.someSteps(2);
        live.run().rollback().get(60, TimeUnit.SECONDS);
        live.someSteps(2);
        remove("0");
        live.someSteps(2);
        live.assertRepeatable();
    }

    @Test
    void aResumedRunLacksThoseThatHadLeft() throws Exception {
        remove("1");
        live.someSteps(2);
        live.end();
        live = live.resumed();
        assertEquals(List.of("0", "2", "3"), live.run().model().expertNames());
        live.someSteps(2);
    }

    @Test
    void mistakesAreToldInOneLine() throws Exception {
        assertTrue(assertThrows(UserError.class, () -> live.run().removeExpert("4")).getMessage().contains("unknown expert '4'"));
        assertTrue(assertThrows(UserError.class, () -> live.run().removeExpert("1", "1")).getMessage().contains("unknown expert to merge into '1'"));
        live.run().addExpert("late", Plug.of("swiglu"), "").get(60, TimeUnit.SECONDS);
        assertTrue(assertThrows(UserError.class, () -> live.run().removeExpert("late", "1")).getMessage().contains("expert late is of a kind of its own"));
        remove("0");
        assertTrue(assertThrows(UserError.class, () -> live.run().removeExpert("0")).getMessage().contains("unknown expert '0'"));
        remove("1");
        remove("2");
        assertTrue(assertThrows(UserError.class, () -> live.run().removeExpert("3")).getMessage().contains("one must stay"));
        assertTrue(assertThrows(UserError.class, () -> live.run().removeExpert("late")).getMessage().contains("model.k is 2, but a layer has only 1 experts"));
    }

    @Test
    void whatHasNoSliceAnExpertIsRefused() throws Exception {
        live.run().swap("layers.0.moe.experts", new Plug("shared-base", Map.of("own", "0"))).get(60, TimeUnit.SECONDS);
        var refused = (Event.Refused) live.run().removeExpert("1").get(60, TimeUnit.SECONDS);
        assertTrue(refused.reason().contains("an expert cannot be taken out: layers.0.moe.experts."), refused.reason());
        assertEquals(4, live.run().model().sharing().size());
    }
}
