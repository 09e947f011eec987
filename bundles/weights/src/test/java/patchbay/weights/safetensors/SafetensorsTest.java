package patchbay.weights.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

    @TempDir
    Path folder;

    /** A file of this header and so many zero bytes, built without the writer. */
    private Path file(String header, int data) throws IOException {
        var text = header.getBytes(StandardCharsets.UTF_8);
        var bytes = ByteBuffer.allocate(8 + text.length + data).order(ByteOrder.LITTLE_ENDIAN);
        return Files.write(folder.resolve("x.safetensors"), bytes.putLong(text.length).put(text).array());
    }

    private String error(Path file) {
        var message = assertThrows(SafetensorsError.class, () -> SafetensorsFile.open(file).close()).getMessage();
        assertTrue(message.startsWith(file + ": ") && message.lines().count() == 1, message);
        return message;
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        var file = folder.resolve("a.safetensors");
        var large = new float[(1 << 18) * 2 + 13]; // more than two chunks
        for (int i = 0; i < large.length; i++) {
            large[i] = i * 0.5f - 7;
        }
        var sha256 = SafetensorsWriter.write(file, List.of(
                HostTensor.of("scalar", new int[0], new float[] {Float.NaN}),
                HostTensor.of("layers.0.ünicode \"q\"", new int[] {2, 3}, new int[] {1, -2, 3, Integer.MIN_VALUE, 5, Integer.MAX_VALUE}),
                HostTensor.of("large", new int[] {large.length}, large),
                HostTensor.of("empty", new int[] {0, 5}, new float[0]),
                new HostTensor("half", Dtype.F16, List.of(3L), new byte[] {1, 2, 3, 4, 5, 6})), Map.of("step", "7"));
        try (var read = SafetensorsFile.open(file)) {
            assertEquals(Map.of("step", "7"), read.metadata());
            assertEquals(List.of("scalar", "layers.0.ünicode \"q\"", "large", "empty", "half"),
                    read.tensors().stream().map(TensorEntry::name).toList());
            assertTrue(Float.isNaN(read.floats("scalar")[0]));
            assertArrayEquals(new int[] {1, -2, 3, Integer.MIN_VALUE, 5, Integer.MAX_VALUE}, read.ints("layers.0.ünicode \"q\""));
            assertEquals(List.of(2L, 3L), read.tensor("layers.0.ünicode \"q\"").shape());
            assertArrayEquals(large, read.floats("large"));
            assertEquals(0, read.floats("empty").length);
            assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6}, read.bytes("half"));
            assertEquals(Dtype.F16, read.host("half").dtype());
            assertEquals(5, read.all().size());
            assertTrue(assertThrows(RuntimeException.class, () -> read.floats("half")).getMessage().contains("F16"));
            assertTrue(assertThrows(RuntimeException.class, () -> read.floats("larg")).getMessage().contains("large"));
        }
        assertEquals(sha256, HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))));
        assertFalse(Files.exists(folder.resolve("a.safetensors.partial")));
    }

    /** By hand: the types' own definitions of these bits. */
    @ParameterizedTest
    @CsvSource({"BOOL, 00 01, 0 1", "U8, ff, 255", "I8, ff, -1", "F8_E5M2, 3c 7b c0, 1 57344 -2", "F8_E4M3, 38 7e 01 b8 7f, 1 448 0.001953125 -1 NaN", "I16, feff, -2",
            "U16, feff, 65534", "F16, 003c 0080, 1 -0.0", "BF16, 80bf, -1", "I32, ffffffff, -1", "U32, ffffffff, 4294967295", "F32, 0000c03f, 1.5",
            "I64, feffffffffffffff, -2", "U64, ffffffffffffffff, 18446744073709551615", "F64, 000000000000f83f, 1.5"})
    void valuesOfAllTypes(Dtype dtype, String bits, String values) throws IOException {
        var bytes = HexFormat.of().parseHex(bits.replace(" ", ""));
        var expected = values.split(" ");
        var file = folder.resolve("types.safetensors");
        SafetensorsWriter.write(file, List.of(new HostTensor("a", dtype, List.of((long) expected.length),
                dtype == Dtype.F32 ? new float[] {1.5f} : dtype == Dtype.I32 ? new int[] {-1} : bytes)), Map.of());
        try (var read = SafetensorsFile.open(file)) {
            var widened = read.widened("a");
            for (int i = 0; i < expected.length; i++) {
                assertEquals(Float.parseFloat(expected[i]), widened[i]);
            }
        }
    }

    /** Byte for byte what the format's description says, so that other tools can read it. */
    @Test
    void theBytesAreTheFormats() throws IOException {
        var file = folder.resolve("b.safetensors");
        SafetensorsWriter.write(file, List.of(HostTensor.of("a", new int[] {1}, new float[] {1})), Map.of());
        var header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
        var padded = header + " ".repeat((8 - header.length() % 8) % 8);
        var expected = ByteBuffer.allocate(8 + padded.length() + 4).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded.length()).put(padded.getBytes(StandardCharsets.US_ASCII)).putFloat(1).array();
        assertArrayEquals(expected, Files.readAllBytes(file));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{}|0|",
            "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}|8|",
            "{'b':{'dtype':'U8','shape':[],'data_offsets':[4,5]},'a':{'dtype':'F32','shape':[],'data_offsets':[0,4]}}  |5|",
            "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}|7|truncated",
            "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}|9|end at byte 8",
            "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}|8|takes 8 bytes",
            "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}|8|after a gap",
            "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'b':{'dtype':'F32','shape':[1],'data_offsets':[2,6]}}|6|inside the one before",
            "{'a':{'dtype':'F32','shape':[1],'data_offsets':[8,4]}}|8|before it begins",
            "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}|4|negative",
            "{'a':{'dtype':'F32','shape':[4611686018427387904,4611686018427387904],'data_offsets':[0,4]}}|4|larger than any file",
            "{'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,4]}}|4|malformed",
            "{'a':{'dtype':'F32','shape':[1000000000000],'data_offsets':[0,4000000000000]}}|4|truncated",
            "{'a':{'dtype':'F31','shape':[1],'data_offsets':[0,4]}}|4|did you mean 'F32'",
            "{'a':{'dtype':'F32','shape':[1.0],'data_offsets':[0,4]}}|4|whole number",
            "{'a':{'dtype':'F32','shape':1,'data_offsets':[0,4]}}|4|array",
            "{'a':{'dtype':32,'shape':[1],'data_offsets':[0,4]}}|4|string",
            "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4,4]}}|4|two data_offsets",
            "{'a':{'dtype':'F32','shape':[1]}}|4|two data_offsets",
            "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4],'x':1}}|4|unknown key 'x'",
            "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}|8|Duplicate",
            "{'a':5}|0|object",
            "{'__metadata__':{'a':1}}|0|string",
            "{'__metadata__':[]}|0|object",
            "{'a':|0|malformed",
            "{}{}|0|follows",
            "` {}`|0|begin with",
            "[]|0|begin with",
    })
    void headersAreChecked(String header, int data, String problem) throws IOException {
        var file = file(header.replace('\'', '"'), data);
        if (problem == null) {
            try (var read = SafetensorsFile.open(file)) {
                read.all();
            }
        } else {
            var message = error(file);
            assertTrue(message.contains(problem), message);
        }
    }

    @Test
    void lengthsAreCheckedBeforeAnythingIsAllocated() throws IOException {
        for (long length : new long[] {0, 1, 100, Long.MAX_VALUE, -1, Long.MIN_VALUE, 1L << 40}) {
            var bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
            assertTrue(error(Files.write(folder.resolve("l.safetensors"), bytes)).contains("header claims"), "length " + length);
        }
        assertTrue(error(Files.write(folder.resolve("l.safetensors"), new byte[7])).contains("7 bytes"));
        assertTrue(error(folder.resolve("nowhere.safetensors")).contains("no such file"));
        error(folder);
        assertTrue(error(file("{\"a\t", 0)).contains("malformed"));
    }

    @Test
    void aSparseGiantHeaderIsRefused() throws IOException {
        var giant = folder.resolve("giant.safetensors");
        try (var out = new RandomAccessFile(giant.toFile(), "rw")) {
            out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 33).array());
            out.setLength((1L << 33) + 8);
        }
        assertTrue(error(giant).contains("at most"));
    }

    @Test
    void aHeaderOfDeepNestingIsRefused() throws IOException {
        assertTrue(error(file("{\"a\":" + "[".repeat(1_000_000), 0)).contains("object"));
        assertTrue(error(file("{\"a\":{\"shape\":" + "[".repeat(1_000_000), 0)).contains("whole number"));
    }
}
