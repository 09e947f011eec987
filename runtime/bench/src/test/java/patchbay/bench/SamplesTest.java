package patchbay.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SamplesTest {

    @Test
    void medianOfOddAndEvenManyAndTheSpread() {
        var odd = new Samples("odd", new double[] {9, 1, 4});
        assertEquals(4, odd.median());
        assertEquals(1, odd.min());
        assertEquals(9, odd.max());
        assertEquals(2.5, new Samples("even", new double[] {4, 1, 2, 3}).median());
    }

    @Test
    void ratiosAreTakenRoundByRound() {
        // the machine was four times slower in the second round: the ratio does not see it
        var ours = new Samples("ours", new double[] {8, 2, 8});
        var peer = new Samples("peer", new double[] {4, 1, 4});
        assertArrayEquals(new double[] {2, 2, 2}, ours.with("ratio", peer, (a, b) -> a / b).values());
    }

    @Test
    void roundsMustBeAsMany() {
        var two = new Samples("two", new double[2]);
        assertThrows(IllegalArgumentException.class, () -> two.with("ratio", new Samples("one", new double[1]), Double::sum));
        assertThrows(IllegalArgumentException.class, () -> new Samples("none", new double[0]));
    }
}
