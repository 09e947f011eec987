package patchbay.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import patchbay.lab.record.Measurement;

/** Lines, tables and numbers, in a country that writes 1.234,5. */
class ProgressTest {

    private final Locale locale = Locale.getDefault();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    ProgressTest() {
        Locale.setDefault(Locale.GERMANY);
    }

    @AfterEach
    void restore() {
        Locale.setDefault(locale);
    }

    private String written(boolean terminal, boolean ansi) {
        var progress = new Progress(new Output(stream, stream, false, terminal), ansi);
        progress.show("a long line");
        progress.show("short");
        progress.clear();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aTerminalsLineIsWrittenOver() {
        assertEquals("\r\u001b[Ka long line\r\u001b[Kshort\r\u001b[K", written(true, true));
    }

    @Test
    void withoutEscapeSequencesSpacesDo() {
        assertEquals("\ra long line\rshort      \r     \r", written(true, false));
    }

    @Test
    void elsewhereThereAreLines() {
        assertEquals("a long line\nshort\n", written(false, true).replace("\r\n", "\n"));
    }

    @Test
    void theLineTellsStepLossSpeedAndTime() {
        var measurement = new Measurement(120, 2.31424f, 1, 1e-3, 10_000, 100, Map.of(), Map.of()); // of 1000 tokens
        assertEquals("step  120/1300  loss 2.3142  8,000 tokens/s  2:28 left", Progress.text(measurement, 1300, 0.125, "tokens"));
        assertEquals("step  120/1300  loss 2.3142  10,000 tokens/s  - left", Progress.text(measurement, 1300, Double.NaN, "tokens"));
    }

    @Test
    void numbersAreTheSameEverywhere() {
        assertEquals("1,234,567", Numbers.whole(1234567));
        assertEquals("9,999", Numbers.large(9_999));
        assertEquals("12.3 k", Numbers.large(12_345));
        assertEquals("1.00 M", Numbers.large(999_600));
        assertEquals("2.50 G", Numbers.large(2_500_000_000L));
        assertEquals("1.5 GiB", Numbers.bytes(3L << 29));
        assertEquals("0:59", Numbers.time(59.4));
        assertEquals("1:00:01", Numbers.time(3601));
        assertEquals("-", Numbers.time(Double.POSITIVE_INFINITY));
        assertEquals("3.4 ms", Numbers.milliseconds(3.42));
        assertEquals("-", Numbers.loss(Double.NaN));
    }

    @Test
    void columnsAreAligned() {
        var table = new Table("name", "n", "what").right(1).row("ü", "7", "x").row("longer", "12345", "");
        assertEquals("""
                name        n  what
                ü           7  x
                longer  12345
                """, table.toString());
    }

    @Test
    void paceLooksAtTheLastStepsAndBeginsAnewWhenStepsAreUndone() {
        var pace = new Pace();
        assertTrue(Double.isNaN(pace.secondsPerStep()));
        for (int step = 1; step <= 100; step++) {
            pace.done(step, step < 50 ? 0 : (step - 49) * 500_000_000L);
        }
        assertEquals(0.5, pace.secondsPerStep(), 0.09);
        pace.done(60, 0);
        assertTrue(Double.isNaN(pace.secondsPerStep()));
    }
}
