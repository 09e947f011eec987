package patchbay.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {

    private static final int B = 4;
    private static final int T = 8;

    private final int[] tokens = new int[B * T];
    private final int[] targets = new int[B * T];
    private final int[] domains = new int[B * T];

    /** Token i is i, its domain i / 10. */
    private static TokenStream counting(int length) {
        var domains = new short[length];
        for (int i = 0; i < length; i++) {
            domains[i] = (short) (i / 10);
        }
        return new TokenStream(IntStream.range(0, length).toArray(), domains, new int[] {0});
    }

    private void assertWindows() {
        for (int i = 0; i < B * T; i++) {
            assertEquals(tokens[i] + 1, targets[i], "a target is the token after");
            assertEquals(tokens[i] / 10, domains[i]);
            if (i % T > 0) {
                assertEquals(tokens[i - 1] + 1, tokens[i], "a window is in a row");
            }
        }
    }

    @Test
    void aBatchIsAPureFunctionOfItsPlace() {
        var batches = new Batches(counting(5000), B, T, 42);
        batches.fill(3, 1, tokens, targets, domains);
        assertWindows();
        var first = tokens.clone();
        batches.fill(4, 0, tokens, targets, domains);
        assertFalse(Arrays.equals(first, tokens));
        new Batches(counting(5000), B, T, 42).fill(3, 1, tokens, targets, domains);
        assertArrayEquals(first, tokens, "nothing before it matters");
        new Batches(counting(5000), B, T, 43).fill(3, 1, tokens, targets, domains);
        assertFalse(Arrays.equals(first, tokens));
    }

    @Test
    void theGeneratorNeverChanges() {
        assertEquals(0xe29a3197ed6043acL, CounterRandom.bits(1, 2, 3, 4), "a run of last year must replay");
    }

    /** Every start is reached about equally often: chi-square with 92 - 1 degrees of freedom, 5 standard deviations wide. */
    @Test
    void startsAreUniform() {
        int length = 100;
        int starts = length - T;
        var batches = new Batches(counting(length), B, T, 1);
        var counts = new int[starts];
        int steps = 25_000;
        for (int step = 0; step < steps; step++) {
            batches.fill(step, 0, tokens, targets, domains);
            for (int row = 0; row < B; row++) {
                counts[tokens[row * T]]++;
            }
        }
        double expected = (double) steps * B / starts;
        double chi = Arrays.stream(counts).mapToDouble(count -> (count - expected) * (count - expected) / expected).sum();
        double freedom = starts - 1;
        assertTrue(Math.abs(chi - freedom) < 5 * Math.sqrt(2 * freedom), "chi-square " + chi + " for " + freedom);
    }

    @Test
    void evaluationCoversTheTextOnce() {
        int windows = 12;
        var evaluation = new EvaluationBatches(counting(windows * T + 1), B, T, 100);
        assertEquals(windows / B, evaluation.count());
        var seen = new BitSet();
        for (int i = 0; i < evaluation.count(); i++) {
            evaluation.fill(i, tokens, targets, domains);
            assertWindows();
            Arrays.stream(tokens).forEach(token -> {
                assertFalse(seen.get(token), "no token twice");
                seen.set(token);
            });
        }
        assertEquals(windows * T, seen.cardinality());
    }

    @Test
    void fewEvaluationBatchesAreSpreadOut() {
        var evaluation = new EvaluationBatches(counting(1000 * T + 1), B, T, 2);
        assertEquals(2, evaluation.count());
        evaluation.fill(1, tokens, targets, domains);
        assertEquals(875 * T, tokens[(B - 1) * T], "the last of 8 windows begins at seven eighths");
    }

    @Test
    void littleTextFillsItsBatchWithOverlap() {
        for (int length = T + 1; length < B * T + 20; length++) {
            var evaluation = new EvaluationBatches(counting(length), B, T, 100);
            for (int i = 0; i < evaluation.count(); i++) {
                evaluation.fill(i, tokens, targets, domains);
                assertWindows();
            }
        }
    }

    @Test
    void fillingAllocatesNothing() {
        var batches = new Batches(counting(5000), B, T, 42);
        var evaluation = new EvaluationBatches(counting(5000), B, T, 10);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        fill(batches, evaluation);
        long before = threads.getCurrentThreadAllocatedBytes();
        fill(batches, evaluation);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 200 * 16, "200 fills, " + allocated + " bytes: not even the smallest object each");
    }

    private void fill(Batches batches, EvaluationBatches evaluation) {
        for (int i = 0; i < 100; i++) {
            batches.fill(i, 0, tokens, targets, domains);
            evaluation.fill(i % evaluation.count(), tokens, targets, domains);
        }
    }
}
