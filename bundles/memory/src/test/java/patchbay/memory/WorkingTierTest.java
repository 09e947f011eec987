package patchbay.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WorkingTierTest {

    /** Rows of one key head of size 1 whose keys are 10 times their positions, and values 100 times. */
    private static Rows rows(long first, float... attention) {
        var keys = new float[attention.length];
        var values = new float[attention.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = 10 * (first + i);
            values[i] = 100 * (first + i);
        }
        return new Rows(first, keys.length, keys, values, new float[][] {attention});
    }

    private static long[] sorted(WorkingTier tier) {
        var positions = tier.positions(0);
        Arrays.sort(positions);
        return positions;
    }

    @Test
    void theLeastAttendedGoFirst() {
        var tier = new WorkingTier(4, 1, 1, MemorySettings.Rest.drop, 2);
        tier.take(rows(0, 1, 5, 2, 4));
        assertArrayEquals(new long[] {0, 1, 2, 3}, sorted(tier));
        tier.take(rows(4, 3, 6));
        assertArrayEquals(new long[] {1, 3, 4, 5}, sorted(tier));
        assertTrue(tier.knows(0, 4) && !tier.knows(0, 0));
    }

    @Test
    void whatIsAttendedLaterStays() {
        var tier = new WorkingTier(2, 1, 1, MemorySettings.Rest.drop, 2);
        tier.take(rows(0, 1, 2));
        tier.attended(new float[] {3, 0}); // the row that had least
        tier.take(rows(2, 2.5f));
        assertArrayEquals(new long[] {0, 2}, sorted(tier));
    }

    @Test
    void aFreshRowWinsAgainstAnEqual() {
        var tier = new WorkingTier(2, 1, 1, MemorySettings.Rest.drop, 2);
        tier.take(rows(0, 1, 1));
        tier.take(rows(2, 1, 1));
        assertArrayEquals(new long[] {2, 3}, sorted(tier));
    }

    @Test
    void keysAndValuesStayWithTheirPositions() {
        var tier = new WorkingTier(3, 1, 1, MemorySettings.Rest.drop, 2);
        tier.take(rows(0, 1, 5, 2));
        tier.take(rows(3, 3, 0));
        for (int row = 0; row < tier.used(); row++) {
            assertEquals(10 * tier.positions(0)[row], tier.keys()[row]);
            assertEquals(100 * tier.positions(0)[row], tier.values()[row]);
        }
    }

    @Test
    void whatIsLostIsSummedUpByMeansOfNeighbours() {
        var tier = new WorkingTier(4, 1, 1, MemorySettings.Rest.mean, 8);
        tier.take(rows(0, 9, 1, 9, 1));
        tier.take(rows(4, 9, 1)); // six, of which three stay and three become one mean
        assertArrayEquals(new long[] {WorkingTier.SEVERAL, 0, 2, 4}, sorted(tier));
        for (int row = 0; row < 4; row++) {
            if (tier.positions(0)[row] == WorkingTier.SEVERAL) {
                assertEquals(30, tier.keys()[row], 1e-4); // of 10, 30 and 50
                assertEquals(3, tier.attention(0)[row]);
            }
        }
    }

    @Test
    void eachHeadKeepsItsOwn() {
        var tier = new WorkingTier(1, 2, 1, MemorySettings.Rest.drop, 2);
        tier.take(new Rows(0, 2, new float[] {1, 2, 3, 4}, new float[4], new float[][] {{1, 2}, {2, 1}}));
        assertArrayEquals(new long[] {1}, tier.positions(0));
        assertArrayEquals(new long[] {0}, tier.positions(1));
        assertArrayEquals(new float[] {3, 2}, tier.keys());
    }
}
