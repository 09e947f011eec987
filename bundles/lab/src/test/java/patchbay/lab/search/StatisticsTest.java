package patchbay.lab.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatisticsTest {

    /** Percentage points of the t distribution, as in any table of them. */
    @ParameterizedTest
    @CsvSource({"1, 12.7062", "2, 4.30265", "3, 3.18245", "4, 2.77645", "5, 2.57058", "6, 2.44691", "9, 2.26216", "10, 2.22814", "30, 2.04227",
        "101, 1.98373"})
    void theQuantileIsThatOfTheTables(int freedom, double quantile) {
        assertEquals(quantile, StudentT.quantile95(freedom), 1e-5 * quantile);
        assertEquals(0.95, StudentT.within(quantile, freedom), 1e-5);
    }

    /** The first ten of the differences in hours of sleep that Student's paper of 1908 takes for its example. */
    @Test
    void studentsOwnExample() {
        var hours = Sample.of(1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4);
        assertEquals(1.58, hours.mean(), 1e-12);
        assertEquals(1.23, hours.spread(), 0.001);
        assertEquals(0.8799, hours.interval(), 1e-4);
    }

    @Test
    void oneValueHasNoSpread() {
        var one = Sample.of(2);
        assertEquals(2, one.mean());
        assertTrue(Double.isNaN(one.spread()) && Double.isNaN(one.interval()));
        assertTrue(Double.isNaN(Sample.of().mean()));
    }
}
