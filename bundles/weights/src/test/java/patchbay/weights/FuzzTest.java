package patchbay.weights;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static patchbay.weights.OnnxFiles.FLOAT;
import static patchbay.weights.OnnxFiles.INT8;
import static patchbay.weights.OnnxFiles.bytes;
import static patchbay.weights.OnnxFiles.node;
import static patchbay.weights.OnnxFiles.tensor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.HostTensor;
import patchbay.weights.safetensors.SafetensorsWriter;
import patchbay.weights.wordpiece.WordPiece;

/** Whatever bytes a file holds: it is read, or refused with a {@link UserError} of one line; nothing else, and soon. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FuzzTest {

    private static final int MUTANTS = 10_000;

    @TempDir
    Path folder;

    private interface Reading {
        void read(Path file) throws IOException;
    }

    private interface Repair {
        /** Puts right the sums of a changed file, so that what is behind them is reached. */
        void of(byte[] mutant);
    }

    private static void mutants(Path file, int count, Reading reading, Repair repair) throws IOException {
        var original = Files.readAllBytes(file);
        reading.read(file);
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < count; i++) {
            var mutant = mutate(original, random);
            if (mutant.length == original.length && i % 4 > 0) {
                repair.of(mutant);
            }
            Files.delete(file); // a file that is written over is flushed to the disk
            Files.write(file, mutant);
            refused += refused(file, reading) ? 1 : 0;
        }
        assertTrue(refused > count / 10 && refused < count, refused + " of " + count + " refused: both ways are tried");
    }

    /** Any exception but a UserError, and any Error, ends the test. */
    private static boolean refused(Path file, Reading reading) throws IOException {
        try {
            reading.read(file);
            return false;
        } catch (UserError e) {
            assertTrue(e.getMessage().lines().count() == 1, e::getMessage);
            return true;
        }
    }

    private static byte[] mutate(byte[] original, Random random) {
        if (random.nextInt(20) == 0) {
            return Arrays.copyOf(original, random.nextInt(original.length));
        }
        var mutant = original.clone();
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(mutant.length);
            switch (random.nextInt(4)) {
                case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> mutant[at] = (byte) random.nextInt(256);
                case 2 -> Arrays.fill(mutant, at, Math.min(mutant.length, at + 1 + random.nextInt(8)), (byte) (random.nextBoolean() ? 0xff : 0x7f));
                default -> System.arraycopy(original, random.nextInt(original.length - 8), mutant, Math.min(at, mutant.length - 8), 8);
            }
        }
        return mutant;
    }

    private static void all(Path file) {
        try (var weights = WeightsFile.open(file)) {
            for (var tensor : weights.tensors()) {
                weights.floats(tensor.name());
                weights.quantized(tensor.name());
            }
        }
    }

    @Test
    void onnx() throws IOException {
        var file = Files.write(folder.resolve("a.onnx"), OnnxFiles.model(graph -> {
            node(graph, "MatMul", "/layer.0/MatMul", "x", "onnx::MatMul_1_quantized");
            tensor(graph, "bias", FLOAT, bytes(1, 2), 2);
            tensor(graph, "onnx::MatMul_1_quantized", INT8, new byte[] {1, 2, 3, 4}, 2, 2);
            tensor(graph, "onnx::MatMul_1_scale", FLOAT, out -> out.writeByteArray(4, bytes(0.5f, 2)), 2);
            tensor(graph, "onnx::MatMul_1_zero_point", INT8, out -> {
                out.writeInt32(5, 0);
                out.writeInt32(5, -1);
            }, 2);
        }));
        mutants(file, MUTANTS, FuzzTest::all, _ -> {});
    }

    @Test
    void checkpoint() throws IOException {
        mutants(CheckpointFiles.write(folder, Map.of("layer_0/kernel", new float[] {1, 2, 3}, "layer_0/bias", new float[] {4})), MUTANTS, FuzzTest::all,
                FuzzTest::repairTable);
    }

    /** The blocks follow one another: the first two, whose ends their trailers' places tell, and the index. */
    private static void repairTable(byte[] table) {
        for (int at = 0, end = 0; end < table.length - 48; end++) {
            var block = Arrays.copyOfRange(table, at, end + 1);
            boolean ends = end - at >= 8 && table[end] == 0 && table[end - 1] == 0 && table[end - 2] == 0 && table[end - 3] == 0 && table[end - 4] == 1;
            if (ends) {
                ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN).putInt(end + 1, CheckpointFiles.sum(block));
                at = end + 5;
                end = at;
            }
        }
    }

    @Test
    void safetensors() throws IOException {
        var file = folder.resolve("a.safetensors");
        SafetensorsWriter.write(file, List.of(HostTensor.of("weight", new int[] {2, 3}, new float[6]), HostTensor.of("step", new int[] {1}, new int[] {7})), Map.of());
        mutants(file, MUTANTS, FuzzTest::all, _ -> {});
    }

    @Test
    void archive() throws IOException {
        var inner = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(inner)) {
            zip.putNextEntry(new ZipEntry("model.onnx"));
            zip.write(OnnxFiles.model(graph -> tensor(graph, "bias", FLOAT, bytes(1, 2), 2)));
        }
        var file = folder.resolve("a.jar");
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("inner.zip"));
            zip.write(inner.toByteArray());
        }
        mutants(file, MUTANTS / 10, path -> {
            try (var artifact = Artifact.open(path + "!inner.zip"); var weights = artifact.weights("model.onnx")) {
                weights.floats("bias");
            }
        }, _ -> {});
    }

    @Test
    void vocabulary() throws IOException {
        var file = Files.writeString(folder.resolve("tokenizer.json"), """
                {"normalizer":{"type":"BertNormalizer","clean_text":true,"strip_accents":null,"lowercase":true},
                "model":{"type":"WordPiece","vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"[MASK]":4,"a":5,"##b":6}}}
                """);
        mutants(file, MUTANTS, path -> WordPiece.read(path, true).encode("Ab [MASK] c", 8), _ -> {});
    }
}
