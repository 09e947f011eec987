package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.lab.record.Event;
import patchbay.model.Plug;
import patchbay.tensor.UserError;

/** Experts and parameters of a live run that stop learning, and learn again. */
@Timeout(240)
class FreezingTest {

    private static final String UP = "layers.0.moe.experts.up";

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

    private void freeze(String what) throws Exception {
        assertEquals(Event.Swapped.FROZEN, ((Event.Swapped) live.run().freeze(what).get(60, TimeUnit.SECONDS)).plugin());
    }

    private static float[] expert(float[] values, int expert) {
        int size = values.length / 4;
        return Arrays.copyOfRange(values, expert * size, (expert + 1) * size);
    }

    @Test
    void anExpertStaysWhatItIsWhileTheOthersLearn() throws Exception {
        double loss = live.loss();
        var before = live.values();
        freeze("1");
        assertEquals(loss, live.loss(), "nothing else changes at that moment");
        live.someSteps(5);
        var after = live.values();
        for (var name : List.of(UP, "moment1/" + UP, "moment2/" + UP)) {
            assertArrayEquals(expert(before.get(name), 1), expert(after.get(name), 1), name);
            assertFalse(Arrays.equals(expert(before.get(name), 0), expert(after.get(name), 0)), name);
        }
        live.run().thaw(Optional.of("1")).get(60, TimeUnit.SECONDS);
        live.someSteps(5);
        assertFalse(Arrays.equals(expert(before.get(UP), 1), expert(live.values().get(UP), 1)), "thawed");
    }

    @Test
    void whatWasFrozenWhenIsRepeatedBitByBit() throws Exception {
        freeze("1");
        live.someSteps(2);
        live.run().addExpert("late", Plug.of("swiglu"), "2").get(60, TimeUnit.SECONDS);
        freeze("late");
        live.someSteps(2);
        freeze("layers.*.attention");
        live.someSteps(2);
        live.run().rollback().get(60, TimeUnit.SECONDS);
        assertEquals(List.of("1", "late"), live.run().frozen());
        live.someSteps(2);
        live.run().removeExpert("late").get(60, TimeUnit.SECONDS);
        assertEquals(List.of("1"), live.run().frozen(), "who has left is not frozen");
        live.run().addExpert("late", Plug.of("swiglu"), "").get(60, TimeUnit.SECONDS);
        live.someSteps(2);
        live.run().thaw(Optional.empty()).get(60, TimeUnit.SECONDS);
        live.someSteps(2);
        live.assertRepeatable();
    }

    @Test
    void aResumedRunHasFrozenWhatItHad() throws Exception {
        freeze("1");
        live.someSteps(2);
        live.end();
        live = live.resumed();
        assertEquals(List.of("1"), live.run().frozen());
        var before = live.values();
        live.someSteps(3);
        assertArrayEquals(expert(before.get(UP), 1), expert(live.values().get(UP), 1));
        live.run().rollback().get(60, TimeUnit.SECONDS);
    }

    @Test
    void anExperimentCanBeginSo() throws Exception {
        var run = Laboratory.ended(laboratory.lab.start(laboratory.experiment("training.steps=3", "model.frozen=['1', embedding]")));
        assertEquals(3, run.step());
        assertTrue(assertThrows(UserError.class, () -> laboratory.lab.start(laboratory.experiment("model.frozen=[embeding]"))).getMessage()
                .contains("embedding"));
    }

    @Test
    void mistakesAreToldAtOnce() throws Exception {
        freeze("1");
        assertTrue(assertThrows(UserError.class, () -> live.run().freeze("1")).getMessage().contains("frozen already"));
        assertTrue(assertThrows(UserError.class, () -> live.run().freeze("7")).getMessage().contains("unknown expert or parameter '7'"));
        assertTrue(assertThrows(UserError.class, () -> live.run().thaw(Optional.of("2"))).getMessage().contains("valid: 1"));
    }
}
