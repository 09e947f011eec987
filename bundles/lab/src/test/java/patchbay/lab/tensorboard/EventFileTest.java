package patchbay.lab.tensorboard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

class EventFileTest {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000, 500_000_000));

    @TempDir
    Path folder;

    /** A decoder of its own: a generic one of the wire format, and CRC-32C bit by bit. */
    private record Event(double wallTime, long step, String version, Map<String, Float> scalars) {

        static List<Event> read(Path file) throws IOException {
            var in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            var events = new ArrayList<Event>();
            while (in.hasRemaining()) {
                var length = take(in, 8);
                assertEquals(masked(length), in.getInt(), "checksum of the length");
                var data = take(in, (int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong());
                assertEquals(masked(data), in.getInt(), "checksum of the data");
                events.add(of(data));
            }
            return events;
        }

        private static Event of(byte[] data) {
            double wallTime = Double.NaN;
            long step = 0;
            var version = "";
            var scalars = new LinkedHashMap<String, Float>();
            for (var field : fields(data)) {
                switch (field.number()) {
                    case 1 -> wallTime = Double.longBitsToDouble(field.bits());
                    case 2 -> step = field.bits();
                    case 3 -> version = new String(field.bytes(), StandardCharsets.UTF_8);
                    case 5 -> fields(field.bytes()).forEach(value -> {
                        assertEquals(1, value.number());
                        var parts = fields(value.bytes());
                        assertEquals(List.of(1, 2), parts.stream().map(Field::number).toList());
                        scalars.put(new String(parts.get(0).bytes(), StandardCharsets.UTF_8), Float.intBitsToFloat((int) parts.get(1).bits()));
                    });
                    default -> throw new AssertionError("field " + field.number());
                }
            }
            return new Event(wallTime, step, version, scalars);
        }

        private record Field(int number, long bits, byte[] bytes) {
        }

        private static List<Field> fields(byte[] data) {
            var in = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
            var fields = new ArrayList<Field>();
            while (in.hasRemaining()) {
                long key = varint(in);
                int number = (int) (key >>> 3);
                fields.add(switch ((int) key & 7) {
                    case 0 -> new Field(number, varint(in), new byte[0]);
                    case 1 -> new Field(number, in.getLong(), new byte[0]);
                    case 2 -> new Field(number, 0, take(in, (int) varint(in)));
                    case 5 -> new Field(number, in.getInt(), new byte[0]);
                    default -> throw new AssertionError("wire type " + (key & 7));
                });
            }
            return fields;
        }

        private static long varint(ByteBuffer in) {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = in.get();
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        }

        private static byte[] take(ByteBuffer in, int count) {
            var bytes = new byte[count];
            in.get(bytes);
            return bytes;
        }
    }

    private static int crc32c(byte[] bytes) {
        int crc = -1;
        for (byte b : bytes) {
            crc ^= b & 0xff;
            for (int i = 0; i < 8; i++) {
                crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
            }
        }
        return ~crc;
    }

    private static int masked(byte[] bytes) {
        int crc = crc32c(bytes);
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }

    @Test
    void theDecodersChecksumIsTheStandards() {
        assertEquals(0xe3069283, crc32c("123456789".getBytes(StandardCharsets.US_ASCII)), "check value of CRC-32C");
    }

    @Test
    void scalarsAreReadBack() throws IOException {
        var values = new LinkedHashMap<String, Double>();
        values.put("loss/training", 3.25);
        values.put("loss/ü", Double.NaN);
        try (var file = EventFile.create(folder, CLOCK)) {
            file.scalar(0, "tokens per second", 1e6);
            file.scalars(1L << 40, values);
            file.scalars(-1, Map.of());
            var events = Event.read(file.path());
            assertEquals(4, events.size(), "all are in the file while it is open");
            assertEquals(new Event(1_700_000_000.5, 0, "brain.Event:2", Map.of()), events.get(0));
            assertEquals(new Event(1_700_000_000.5, 0, "", Map.of("tokens per second", 1e6f)), events.get(1));
            assertEquals(1L << 40, events.get(2).step());
            assertEquals(List.of("loss/training", "loss/ü"), List.copyOf(events.get(2).scalars().keySet()));
            assertTrue(events.get(2).scalars().get("loss/ü").isNaN());
            assertEquals(-1, events.get(3).step());
        }
    }

    /** The first bytes of every event file that TensorFlow wrote: a record of 24 bytes, the checksum of that, field 1 as a double. */
    @Test
    void theFirstBytesAreTensorFlows() throws IOException {
        try (var file = EventFile.create(folder, CLOCK)) {
            assertArrayEquals(HexFormat.of().parseHex("1800000000000000a37f4b2209"), Arrays.copyOf(Files.readAllBytes(file.path()), 13));
        }
    }

    @Test
    void aResumedRunBeginsAnotherFile() throws IOException {
        try (var first = EventFile.create(folder, CLOCK); var second = EventFile.create(folder, CLOCK)) {
            assertTrue(first.path().getFileName().toString().compareTo(second.path().getFileName().toString()) < 0);
            assertTrue(second.path().getFileName().toString().contains("tfevents"));
            second.scalar(1, "a", 2);
            assertEquals(1, Event.read(first.path()).size());
            assertEquals(2, Event.read(second.path()).size());
        }
    }

    @Test
    void whereNothingCanBeWrittenIsAnError() throws IOException {
        var file = Files.writeString(folder.resolve("file"), "x");
        assertThrows(UserError.class, () -> EventFile.create(file, CLOCK));
        var events = EventFile.create(folder, CLOCK);
        events.close();
        assertTrue(assertThrows(UserError.class, () -> events.scalar(1, "a", 1)).getMessage().contains("tfevents"));
    }
}
