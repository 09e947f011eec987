package patchbay.lab.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

class SearchLogTest {

    private static final Entry MEASURED = new Entry.Measured("a", 1, 10, "run", 1.5, 0.1, 0.2, 3, Double.NaN, 1000);
    private static final Entry ENDED = new Entry.Ended("b", 10, Entry.Cause.halved, "3 of 4, 2 go on");

    @TempDir
    Path folder;

    @Test
    void whatWasAppendedIsReadBack() {
        var file = folder.resolve("log.jsonl");
        try (var log = SearchLog.open(file)) {
            log.append(MEASURED);
            log.append(ENDED);
            assertEquals(List.of(MEASURED, ENDED), log.entries());
        }
        assertEquals(List.of(MEASURED, ENDED), SearchLog.read(file));
        assertEquals(List.of(), SearchLog.read(folder.resolve("none.jsonl")));
    }

    @Test
    void aTornLastLineDoesNotCountAndIsWrittenOver() throws Exception {
        var file = folder.resolve("log.jsonl");
        try (var log = SearchLog.open(file)) {
            log.append(MEASURED);
        }
        Files.writeString(file, "{\"type\":\"ended\",\"ar", StandardOpenOption.APPEND);
        assertEquals(List.of(MEASURED), SearchLog.read(file));
        try (var log = SearchLog.open(file)) {
            log.append(ENDED);
        }
        assertEquals(List.of(MEASURED, ENDED), SearchLog.read(file));
    }

    @Test
    void aLineThatIsNoEntryIsToldWithItsNumber() throws Exception {
        var file = folder.resolve("log.jsonl");
        Files.writeString(file, "{\"type\":\"endd\"}\n");
        var error = assertThrows(UserError.class, () -> SearchLog.read(file));
        assertTrue(error.getMessage().contains("log.jsonl:1: unknown entry 'endd'"), error.getMessage());
        Files.writeString(file, "{\"type\":\"ended\"}\n");
        assertTrue(assertThrows(UserError.class, () -> SearchLog.read(file)).getMessage().contains("log.jsonl:1: is no entry"));
    }
}
