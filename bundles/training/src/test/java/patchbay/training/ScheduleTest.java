package patchbay.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ScheduleTest {

    private static Schedule of(int steps, int warmUp) {
        return new Schedule(new TrainingSettings(steps, 1, 1, 1.0, 0.1, warmUp, 0.9, 0.99, 1e-8, 0, 0, 0, 1, 0, 1, false));
    }

    @Test
    void risesFromAboveZeroThenFallsByACosineToTheMinimum() {
        var schedule = of(100, 4);
        assertEquals(0.2, schedule.rate(0), 1e-12);
        assertEquals(0.8, schedule.rate(3), 1e-12);
        assertEquals(1.0, schedule.rate(4), 1e-12, "the peak, when the warm-up is done");
        assertEquals(0.55, schedule.rate(52), 1e-12, "half-way between the peak and the minimum");
        assertEquals(0.1 + 0.45 * (1 + Math.sqrt(0.5)), schedule.rate(28), 1e-12);
        assertEquals(0.1, schedule.rate(100), 1e-12);
        assertEquals(0.1, schedule.rate(1_000_000), 1e-12, "and stays there");
    }

    @Test
    void withoutWarmUpOrWithNothingElse() {
        assertEquals(1.0, of(10, 0).rate(0), 1e-12);
        assertEquals(0.1, of(10, 10).rate(10), 1e-12);
        assertEquals(5 / 21.0, of(10, 20).rate(4), 1e-12, "a warm-up longer than the run");
    }
}
