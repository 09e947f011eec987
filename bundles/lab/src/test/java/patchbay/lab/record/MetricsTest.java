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
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

class MetricsTest {

    @TempDir
    Path folder;

    @Test
    void everyFloatReadsBackWithTheSameBits() {
        var file = folder.resolve("metrics.jsonl");
        var random = new Random(7);
        var values = new float[20_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(random.nextInt());
        }
        values[0] = -0f;
        values[1] = Float.MIN_VALUE;
        values[2] = Float.MAX_VALUE;
        values[3] = Float.NaN;
        values[4] = Float.NEGATIVE_INFINITY;
        try (var metrics = Metrics.open(file)) {
            for (int i = 0; i < values.length; i++) {
                metrics.append(new Measurement(i + 1, values[i], values[values.length - 1 - i], (double) values[i] / 3, 0.1, 0.2,
                        Map.of("layers.0.moe", new float[] {i, 0, 3.5f}), Map.of("m\"\n", new float[] {values[i]}, "n", new float[] {1, values[i]})));
            }
        }
        var read = Metrics.read(file);
        assertEquals(values.length, read.size());
        for (int i = 0; i < values.length; i++) {
            var measurement = read.get(i);
            assertEquals(i + 1, measurement.step());
            assertEquals(Float.floatToIntBits(values[i]), Float.floatToIntBits(measurement.loss()), "" + values[i]);
            assertEquals(Float.floatToIntBits(values[values.length - 1 - i]), Float.floatToIntBits(measurement.gradientNorm()));
            assertEquals((double) values[i] / 3, measurement.rate());
            assertArrayEquals(new float[] {i, 0, 3.5f}, measurement.counts().get("layers.0.moe"));
            assertArrayEquals(new float[] {values[i]}, measurement.metrics().get("m\"\n"));
            assertArrayEquals(new float[] {1, values[i]}, measurement.metrics().get("n"));
        }
    }

    @Test
    void oneStepIsOneLine() throws IOException {
        var file = folder.resolve("metrics.jsonl");
        try (var metrics = Metrics.open(file)) {
            metrics.append(new Measurement(1, 5.5f, 0.25f, 1e-3, 1000, 12.5,
                    Map.of("layers.0.moe", new float[] {4, 0}), Map.of("balance", new float[] {2})));
        }
        assertEquals("""
                {"step":1,"loss":5.5,"gradient-norm":0.25,"rate":0.001,"tokens-per-second":1000.0,"milliseconds":12.5,\
                "load":{"layers.0.moe":{"max-vio":1.0,"entropy":0.0,"counts":[4,0]}},"metrics":{"balance":2.0}}
                """, Files.readString(file));
    }

    @Test
    void goesOnAfterATornLine() throws IOException {
        var file = folder.resolve("metrics.jsonl");
        write(file, 1, 5);
        var whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 3));
        assertEquals(4, Metrics.read(file).size());
        write(file, 5, 6);
        assertArrayEquals(new long[] {1, 2, 3, 4, 5, 6}, steps(file));
    }

    @Test
    void cutsOffWhatCameAfterAStep() throws IOException {
        var file = folder.resolve("metrics.jsonl");
        write(file, 1, 9);
        Files.writeString(file, "{\"step\":1", StandardOpenOption.APPEND);
        Metrics.truncateAfter(file, 6);
        assertArrayEquals(new long[] {1, 2, 3, 4, 5, 6}, steps(file));
        Metrics.truncateAfter(file, 6);
        assertArrayEquals(new long[] {1, 2, 3, 4, 5, 6}, steps(file));
        Metrics.truncateAfter(file, 0);
        assertEquals(0, Files.size(file));
    }

    @Test
    void canBeCutWhileItIsWritten() {
        var file = folder.resolve("metrics.jsonl");
        try (var metrics = Metrics.open(file)) {
            for (int step : new int[] {1, 2, 3}) {
                metrics.append(new Measurement(step, 1, 1, 1, 1, 1, Map.of(), Map.of()));
            }
            Metrics.truncateAfter(file, 1);
            metrics.append(new Measurement(2, 1, 1, 1, 1, 1, Map.of(), Map.of()));
        }
        assertArrayEquals(new long[] {1, 2}, steps(file));
    }

    @Test
    void linesLongerThanABlockAreRead() {
        var file = folder.resolve("metrics.jsonl");
        var wide = new float[50_000];
        try (var metrics = Metrics.open(file)) {
            metrics.append(new Measurement(1, 1, 1, 1, 1, 1, Map.of("wide", wide), Map.of()));
            metrics.append(new Measurement(2, 1, 1, 1, 1, 1, Map.of("wide", wide), Map.of()));
        }
        assertArrayEquals(new long[] {1, 2}, steps(file));
        assertEquals(50_000, Metrics.read(file).get(1).counts().get("wide").length);
    }

    @Test
    void brokenLineIsToldWithFileAndLine() throws IOException {
        var file = folder.resolve("metrics.jsonl");
        for (var broken : new String[] {"{", "7", "{\"step\":\"x\"}", "{}", "{\"step\":2,\"loss\":\"high\"}", "{\"step\":2,\"load\":[1]}"}) {
            Files.deleteIfExists(file);
            write(file, 1, 1);
            Files.writeString(file, broken + "\n", StandardOpenOption.APPEND);
            var error = assertThrows(UserError.class, () -> Metrics.read(file), broken);
            assertTrue(error.getMessage().startsWith(file + ":2: is no measurement"), error.getMessage());
        }
    }

    private static void write(Path file, int first, int last) {
        try (var metrics = Metrics.open(file)) {
            for (int step = first; step <= last; step++) {
                metrics.append(new Measurement(step, 1f / step, 1, 1, 1, 1, Map.of(), Map.of()));
            }
        }
    }

    private static long[] steps(Path file) {
        return Metrics.read(file).stream().mapToLong(Measurement::step).toArray();
    }
}
