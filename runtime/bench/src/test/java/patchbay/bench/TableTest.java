package patchbay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

    private static final Line PRODUCT = new Line("product", Unit.GFLOPS, 0, 1, List.of(contender("patchbay", 4e9), contender("openblas", 4e9)));
    private static final Line STEP = new Line("step", Unit.MILLISECONDS, 1000, 1, List.of(contender("patchbay", 4e9)));

    private static Contender contender(String name, double work) {
        return new Contender(name, work, _ -> () -> {});
    }

    private static Samples samples(String name, double... values) {
        return new Samples(name, values);
    }

    @Test
    void aRateIsDividedByThePeersAndByThePeak() {
        var benchmark = new Benchmark("gemm", "Products", "greater is better", List.of(PRODUCT));
        var figures = Figures.of(PRODUCT, 1, List.of(samples("patchbay", 40, 50, 60), samples("openblas", 80, 100, 120)), samples("peak", 200, 200, 200));
        var table = new Table(benchmark);
        assertEquals("gemm threads patchbay openblas ratio peak share", spaced(table.head(benchmark)));
        assertEquals("product 1 50.0 GFLOP/s (40.0–60.0) 100 (80.0–120) 0.50 (0.50–0.50) 200 0.25", spaced(table.row(figures)));
    }

    @Test
    void columnsStandUnderTheirHeads() {
        var benchmark = new Benchmark("gemm", "Products", "greater is better", List.of(PRODUCT));
        var figures = Figures.of(PRODUCT, 1, List.of(samples("patchbay", 50), samples("openblas", 100)), samples("peak", 200));
        var table = new Table(benchmark);
        assertEquals(table.head(benchmark).indexOf("ratio"), table.row(figures).indexOf("0.50 ("));
        assertEquals(table.head(benchmark).indexOf("share"), table.row(figures).lastIndexOf("0.25"));
    }

    private static String spaced(String row) {
        return row.replaceAll(" +", " ");
    }

    @Test
    void aTimeSaysTokensASecondAndItsShareByTheWork() {
        var benchmark = new Benchmark("train", "Steps", "less is better", List.of(STEP));
        // 4e9 operations in 50 ms are 80 GFLOP/s
        var figures = Figures.of(STEP, 2, List.of(samples("patchbay", 50)), samples("peak", 160));
        assertEquals(0.5, figures.share().median(), 1e-9);
        assertEquals("step 2 50.0 ms (50.0–50.0) 20000 160 0.50", spaced(new Table(benchmark).row(figures)));
    }

    @Test
    void aLineWithoutAPeerLeavesItsColumnsEmpty() {
        var alone = new Line("alone", Unit.GFLOPS, 0, 1, List.of(contender("patchbay", 1)));
        var table = new Table(new Benchmark("gemm", "", "", List.of(PRODUCT, alone)));
        var row = table.row(Figures.of(alone, 1, List.of(samples("patchbay", 1)), samples("peak", 2)));
        assertTrue(row.endsWith("2.00      0.50"), row);
    }

    @Test
    void numbersHaveThreeDigitsThatMatter() {
        assertEquals("1.23", Table.number(1.234));
        assertEquals("10.0", Table.number(9.996));
        assertEquals("12.3", Table.number(12.34));
        assertEquals("100", Table.number(99.96));
    }
}
