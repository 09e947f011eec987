package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.RunLoad;
import patchbay.tensor.UserError;

class AlarmsTest {

    private final RunLoad load = new RunLoad();
    private final List<String> told = new ArrayList<>();
    private long step;

    private void steps(Alarms alarms, int number, float... counts) {
        for (int i = 0; i < number; i++) {
            load.add(new Measurement(++step, 1, 1, 1, 1, 1, Map.of("layers.0.moe", counts), Map.of()));
            for (var news : alarms.after(load)) {
                told.add(step + " " + news);
            }
        }
    }

    @Test
    void aDeadExpertIsToldOnceAndWhenItComesBack() {
        var alarms = new Alarms(new AlarmSettings(100, 3, 4), 1);
        steps(alarms, 2, 5, 5, 5, 5);
        steps(alarms, 9, 5, 0, 10, 5);
        assertEquals(1, told.size(), told::toString);
        assertTrue(told.getFirst().startsWith("6 layers.0.moe: expert 1 had no token for 4 steps; try 'swap layers.0.moe.balancer"), told::toString);
        assertEquals(1, alarms.ringing());
        steps(alarms, 1, 5, 1, 9, 5);
        assertEquals("12 layers.0.moe: expert 1 came back to life", told.getLast());
        assertEquals(0, alarms.ringing());
        steps(alarms, 6, 20, 0, 0, 0);
        assertTrue(told.getLast().contains("experts 1, 2, 3 had no token"), told::toString);
        assertEquals(3, alarms.ringing());
    }

    @Test
    void aCollapseIsToldAfterSoManyStepsOnEnd() {
        var alarms = new Alarms(new AlarmSettings(0, 3, 1000), 2); // the limit is half of 4/2 − 1
        steps(alarms, 2, 20, 0, 0, 0);
        steps(alarms, 1, 5, 5, 5, 5);
        steps(alarms, 2, 20, 0, 0, 0);
        assertEquals(List.of(), told);
        steps(alarms, 4, 20, 0, 0, 0);
        assertEquals(1, told.size(), told::toString);
        assertTrue(told.getFirst().startsWith("6 layers.0.moe: its load collapses: MaxVio 3.00, above 0.50 for 3 steps; try"), told::toString);
        assertEquals(1, alarms.ringing());
        steps(alarms, 2, 6, 5, 5, 4);
        steps(alarms, 1, 20, 0, 0, 0);
        steps(alarms, 3, 6, 5, 5, 4);
        assertEquals(2, told.size(), told::toString);
        assertEquals("15 layers.0.moe: its load is spread again: MaxVio 0.20", told.getLast());
    }

    @Test
    void ofOneExpertALayerNothingCanBeSaid() {
        var alarms = new Alarms(AlarmSettings.defaults(), 1);
        steps(alarms, 200, 7);
        assertEquals(List.of(), told);
    }

    @Test
    void settingsThatMakeNoSense() {
        assertEquals("alarms.max-vio must be at least 0 and finite, not -1.0",
                assertThrows(UserError.class, () -> new AlarmSettings(-1, 1, 1)).getMessage());
        assertThrows(UserError.class, () -> new AlarmSettings(1, 0, 1));
        assertThrows(UserError.class, () -> new AlarmSettings(1, 1, 0));
    }
}
