package patchbay.lab.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.lab.record.Event;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Metrics;
import patchbay.lab.record.RunFolder;

class ReportTest {

    @TempDir
    Path runs;

    @Test
    void runThatHasNotBegunHasAPage() {
        var page = Report.html(RunFolder.create(runs, "new", "name: new\n"));
        assertTrue(page.contains("No step is done yet."));
        assertTrue(page.endsWith("</html>\n"));
    }

    @Test
    void showsAllThatIsRecorded() throws IOException {
        var folder = SyntheticRun.write(runs, 600, 4, 8, "plain");
        assertEquals(folder.report(), Report.write(folder));
        var page = Files.readString(folder.report());
        for (var part : List.of("validation loss", "Before and after each swap", "Load of the experts", "layers.3.moe", "layers.0-3.moe.router",
                "Samples", "a domestic animal", "Provenance", "patchbay.router.cosine 0.1.0 (abababababab)", "Experiment", "rolled back to top-k",
                "the candidate yields NaN", "1 checkpoint, the last after step 200", "marker swapped", "marker refused", "marker rolled-back")) {
            assertTrue(page.contains(part), part);
        }
        assertFalse(Pattern.compile("(src|href)=\"(?!data:)").matcher(page).find(), "the page needs something else");
        assertFalse(page.contains("NaN,") || page.contains("Infinity") || page.contains("dnull"), "a coordinate is no number");
    }

    @Test
    void nothingThatIsRecordedBecomesMarkup() throws Exception {
        var evil = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;\u0000\u001b]";
        var page = Report.html(SyntheticRun.write(runs, 30, 2, 4, evil));
        assertFalse(page.contains("<script>alert"));
        assertFalse(page.contains("<img"));
        assertFalse(page.contains("\u0000") || page.contains("\u001b"));
        assertEquals(1, page.split("<script>", -1).length - 1);
        assertEquals(2, page.split("</script>", -1).length - 1, "the page's own script and its points");
        for (var svg : page.split("(?=<svg)")) {
            if (svg.startsWith("<svg")) { // well-formed, whatever the labels hold
                var text = svg.substring(0, svg.indexOf("</svg>") + 6);
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
            }
        }
    }

    @Test
    void manyStepsMakeNoBiggerPage() throws IOException {
        var small = Report.html(SyntheticRun.write(runs, 1_000, 2, 4, "plain")).length();
        var large = Report.html(SyntheticRun.write(runs, 8_000, 2, 4, "plain")).length();
        assertTrue(large < 1.5 * small, small + " and " + large + " characters");
        assertTrue(large < 600_000, large + " characters");
    }

    @Test
    void lossesThatAreNoNumbersLeaveAGap() {
        var folder = RunFolder.create(runs, "nan", "name: nan\n");
        try (var metrics = Metrics.open(folder.metrics()); var journal = Journal.open(folder.journal())) {
            journal.append(new Event.Started(0, List.of()));
            for (int step = 1; step <= 9; step++) {
                metrics.append(SyntheticRun.measurement(step, step == 5 ? Float.NaN : step == 6 ? Float.POSITIVE_INFINITY : 2, new float[2]));
            }
            journal.append(new Event.Evaluated(9, Double.NaN, java.util.Map.of()));
        }
        var page = Report.html(folder);
        assertFalse(Pattern.compile("d=\"[^\"]*(NaN|Inf|�)").matcher(page).find());
    }

    @Test
    void smoothingNeverLooksAcrossASwap() {
        var values = new float[2400];
        java.util.Arrays.fill(values, 0, 1000, 1);
        java.util.Arrays.fill(values, 1000, 2400, 5);
        assertArrayEquals(values, Curve.smooth(values, new int[] {1000}));
        var blurred = Curve.smooth(values, new int[0]);
        assertTrue(blurred[999] > 1 && blurred[1000] < 5);
    }

    @Test
    void envelopeKeepsEverySpike() {
        var values = new float[100_000];
        var steps = new long[values.length];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = i + 1;
        }
        values[54_321] = 9;
        values[777] = -9;
        var envelope = Curve.envelope(steps, values);
        assertTrue(envelope[0].values().length <= 700);
        assertEquals(-9, java.util.Arrays.stream(envelope[0].values()).min().orElseThrow());
        assertEquals(9, java.util.Arrays.stream(envelope[1].values()).max().orElseThrow());
        var thin = Curve.thin(steps, values);
        assertEquals(100_000, thin.steps()[thin.steps().length - 1], "the last step is there");
        assertTrue(thin.steps().length <= 700);
    }

    @Test
    void ticksAreRound() {
        assertEquals(List.of(0.0, 50.0, 100.0, 150.0, 200.0, 250.0, 300.0), new Axis(0, 300, 0, 100).ticks(8));
        assertEquals("2.5", new Axis(2, 4, 0, 1).label(2.5, 6));
        assertEquals("100,000", new Axis(0, 100_000, 0, 1).label(100_000, 8));
        assertEquals(1, new Axis(3, 3, 0, 1).at(new Axis(3, 3, 0, 1).to()), "one value has an axis too");
        assertTrue(Double.isFinite(new Axis(Double.NaN, Double.NaN, 0, 1).at(1)));
        assertTrue(Double.isFinite(new Axis(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, 1).at(1)), "the range of nothing");
    }

    @Test
    void evenShareIsInTheMiddleOfTheColours() {
        assertEquals(127, HeatMap.colour(1));
        assertEquals(0, HeatMap.colour(0));
        assertEquals(254, HeatMap.colour(4));
        assertEquals(254, HeatMap.colour(100));
    }
}
