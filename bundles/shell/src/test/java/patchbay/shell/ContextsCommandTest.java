package patchbay.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

@Timeout(120)
class ContextsCommandTest {

    @TempDir
    Path folder;
    private Workshop workshop;

    @BeforeEach
    void open() {
        workshop = new Workshop(folder);
    }

    @AfterEach
    void close() throws Exception {
        workshop.close();
    }

    private String mistake(String line) {
        return assertThrows(UserError.class, () -> workshop.execute(line)).getMessage();
    }

    @Test
    void whatIsMeasuredIsToldKeptAndDrawn() throws Exception {
        var file = folder.resolve("costs.csv");
        var told = workshop.execute("contexts measure full work=forward,decode tokens=16,32 limit=1 file=" + file);
        assertTrue(told.lines().anyMatch(line -> line.matches("full, forward, 32: \\S+ ms, \\S+ MB")), told);
        assertTrue(told.lines().anyMatch(line -> line.matches("decode +16 +32 +time ∝ T\\^ +memory ∝ T\\^")), told);
        workshop.execute("contexts measure unfused work=forward tokens=1K limit=1 file=" + file);
        assertEquals(6, Files.readAllLines(file).size(), "a head, four of full and one of unfused");
        var chart = folder.resolve("chart.svg");
        var report = workshop.execute("contexts report file=" + file + " chart=" + chart);
        assertTrue(report.startsWith("| forward | 16 | 32 | 1 K | time ∝ T^ | memory ∝ T^ |\n"), report);
        assertTrue(Files.readString(chart).startsWith("<svg "));
    }

    @Test
    void mistakesAreOneLine() {
        assertTrue(mistake("contexts").contains("measure"));
        assertTrue(mistake("contexts measure ful").contains("full"));
        assertTrue(mistake("contexts measure full work=backward").contains("forward"));
        assertTrue(mistake("contexts measure full tokens=1M").contains("'1M'"));
        assertTrue(mistake("contexts measure full limit=0").contains("limit=0"));
        assertTrue(mistake("contexts measure full length=4").contains("tokens"));
        assertTrue(mistake("contexts report").contains("file=COSTS.csv"));
        assertTrue(mistake("contexts report file=" + folder.resolve("none.csv")).contains("holds no costs"));
    }
}
