package patchbay.lab.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.lab.record.RoutingRecord.Header;
import patchbay.lab.record.RoutingRecord.Selection;
import patchbay.tensor.UserError;

class RoutingRecordTest {

    private static final Header HEADER = new Header("one", "abc", 1, 4, 2, 16, 2);

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("routing.bin");
    }

    /** Different at each step; tokens of experts go beyond a byte. */
    private static Map<String, Selection> selections(long step) {
        int[] experts = {0, 1, -1, (int) step % 8};
        var tokens = new int[600];
        Arrays.setAll(tokens, i -> (int) (i * step * 131) % 70_000 - 1);
        return Map.of("layers.0.moe.router", new Selection(2, 2, 8, experts), "layers.1.moe.router", new Selection(6, 100, 6, tokens));
    }

    private void write(int steps) {
        try (var record = RoutingRecord.append(file(), HEADER)) {
            for (long step = record.last() + 1; step <= steps; step++) {
                record.append(step, 0, selections(step));
                record.append(step, 1, selections(step + 1000));
            }
        }
    }

    private static void assertHolds(RoutingRecord record, long step) {
        for (int micro = 0; micro < 2; micro++) {
            var read = record.at(step, micro).orElseThrow();
            var written = selections(step + 1000 * micro);
            assertEquals(written.keySet(), read.keySet());
            written.forEach((path, selection) -> {
                assertEquals(selection.experts(), read.get(path).experts());
                assertArrayEquals(selection.choices(), read.get(path).choices(), path);
            });
        }
    }

    @Test
    void whatIsWrittenIsReadInAnyOrder() {
        write(9);
        try (var record = RoutingRecord.read(file(), "one")) {
            assertEquals(HEADER, record.header());
            for (long step : new long[] {7, 1, 9, 2}) {
                assertHolds(record, step);
            }
            assertEquals(9, record.steps());
            assertTrue(record.at(10, 0).isEmpty() && record.at(3, 2).isEmpty());
        }
    }

    @Test
    void itGoesOnAfterATornEndAndAfterACut() throws IOException {
        write(5);
        Files.write(file(), new byte[] {0, 0, 1, 0, 7, 7}, StandardOpenOption.APPEND);
        write(6);
        try (var record = RoutingRecord.append(file(), HEADER)) {
            assertHolds(record, 6);
            record.cutAfter(3);
            assertTrue(record.at(4, 0).isEmpty());
            assertEquals(3, record.last());
        }
        write(4);
        try (var record = RoutingRecord.read(file(), "one")) {
            assertHolds(record, 3);
            assertHolds(record, 4);
            assertEquals(4, record.steps());
        }
    }

    @Test
    void damageIsTold() throws IOException {
        write(2);
        var bytes = Files.readAllBytes(file());
        for (int at = 1; at <= 300; at++) { // of the last frame, its checksum among them
            var damaged = bytes.clone();
            damaged[bytes.length - at] ^= 0x55;
            Files.write(file(), damaged);
            try (var record = RoutingRecord.read(file(), "one")) {
                assertHolds(record, 1);
                var told = assertThrows(UserError.class, () -> record.at(2, 1), "byte " + at + " from the end");
                assertTrue(told.getMessage().contains("damaged at step 2"), told.getMessage());
            }
        }
        assertTrue(assertThrows(UserError.class, () -> RoutingRecord.read(folder.resolve("none.bin"), "two")).getMessage().contains("run two has no record"));
    }

    @Test
    void aCopyMayGrowAndNotChange() throws IOException {
        var copy = folder.resolve("imposed").resolve("one.bin");
        write(2);
        RoutingRecord.copy(file(), copy, "one");
        write(3);
        RoutingRecord.copy(file(), copy, "one");
        try (var record = RoutingRecord.read(copy, "one")) {
            assertEquals(3, record.steps());
        }
        try (var record = RoutingRecord.append(file(), HEADER)) {
            record.cutAfter(2);
            record.append(3, 0, selections(77));
        }
        assertTrue(assertThrows(UserError.class, () -> RoutingRecord.copy(file(), copy, "one")).getMessage().contains("is not what it was"));
    }
}
