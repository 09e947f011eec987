package patchbay.lab.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import patchbay.tensor.UserError;

class RungsTest {

    @Test
    void withoutHalvingAllTrainToTheEnd() {
        assertEquals(List.of(600), Rungs.of(600, 1, 0, 20).steps());
    }

    @Test
    void theFirstRungIsSuchThatOneArmIsLeft() {
        assertEquals(List.of(100, 200, 400, 800), Rungs.of(800, 2, 0, 8).steps());
        assertEquals(List.of(22, 66, 198, 600), Rungs.of(600, 3, 0, 20).steps());
        assertEquals(List.of(600), Rungs.of(600, 3, 0, 1).steps());
    }

    @Test
    void aFirstRungCanBeGiven() {
        assertEquals(List.of(50, 150, 600), Rungs.of(600, 3, 50, 20).steps());
        assertThrows(UserError.class, () -> Rungs.of(600, 3, 600, 20));
    }

    @Test
    void everyRungButTheLastIsSeveralTimesTheFirst() {
        for (int steps = 1; steps < 200; steps++) {
            var rungs = Rungs.of(steps, 2, 0, 9);
            for (int rung : rungs.steps().subList(0, rungs.steps().size() - 1)) {
                assertEquals(0, rung % rungs.first(), "it is evaluated there");
            }
            assertEquals(steps, rungs.last());
        }
    }

    @Test
    void theCostCountsOnlyTheStepsSinceTheRungBefore() {
        var rungs = Rungs.of(800, 2, 0, 8);
        assertEquals(8 * 100 + 4 * 100 + 2 * 200 + 400, rungs.cost(8, 2, 1, false));
        assertEquals(3 * (8 * 100 + 5 * 100 + 3 * 200 + 2 * 400), rungs.cost(8, 2, 3, true));
    }
}
