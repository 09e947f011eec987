package patchbay.encoder.text.bert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.model.Options;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;
import patchbay.weights.Location;
import patchbay.weights.safetensors.HostTensor;
import patchbay.weights.safetensors.SafetensorsWriter;

/** A small model of two layers as PyTorch's files have it. */
class PublishedNamesTest {

    private static final int DIM = 4;
    private static final int HIDDEN = 6;

    @TempDir
    Path folder;

    /** Of the encoder's tensors, by their names without {@code bert.}; matrices have their outputs first. */
    private static Map<String, int[]> tensors(String gain, String bias) {
        var tensors = new LinkedHashMap<String, int[]>();
        tensors.put("embeddings.word_embeddings.weight", new int[] {9, DIM});
        tensors.put("embeddings.position_embeddings.weight", new int[] {5, DIM});
        tensors.put("embeddings.token_type_embeddings.weight", new int[] {2, DIM});
        norm(tensors, "embeddings.LayerNorm", gain, bias);
        for (int layer = 0; layer < 2; layer++) {
            var prefix = "encoder.layer." + layer + ".";
            for (var name : List.of("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")) {
                dense(tensors, prefix + name, DIM, DIM);
            }
            norm(tensors, prefix + "attention.output.LayerNorm", gain, bias);
            dense(tensors, prefix + "intermediate.dense", DIM, HIDDEN);
            dense(tensors, prefix + "output.dense", HIDDEN, DIM);
            norm(tensors, prefix + "output.LayerNorm", gain, bias);
        }
        dense(tensors, "pooler.dense", DIM, DIM);
        return tensors;
    }

    private static void norm(Map<String, int[]> tensors, String name, String gain, String bias) {
        tensors.put(name + gain, new int[] {DIM});
        tensors.put(name + bias, new int[] {DIM});
    }

    private static void dense(Map<String, int[]> tensors, String name, int in, int out) {
        tensors.put(name + ".weight", new int[] {out, in});
        tensors.put(name + ".bias", new int[] {out});
    }

    private Location write(Map<String, int[]> tensors) throws IOException {
        var file = folder.resolve("model.safetensors");
        var written = new ArrayList<HostTensor>();
        tensors.forEach((name, shape) -> written.add(HostTensor.of(name, shape, values(name, shape))));
        SafetensorsWriter.write(file, written, Map.of());
        return Location.of(file.toString());
    }

    private static float[] values(String name, int[] shape) {
        var random = new SplittableRandom(name.hashCode());
        var values = new float[Shape.of(shape).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(100);
        }
        return values;
    }

    @Test
    void matricesAreTurned() throws IOException {
        var weights = Pretrained.read(write(tensors(".weight", ".bias")));
        assertEquals(2, weights.layers());
        assertEquals(HIDDEN, weights.hidden());
        assertEquals(5, weights.places());
        assertEquals(Shape.of(9, DIM), weights.words());
        var up = weights.first("layers.1.feed-forward.up", Shape.of(DIM, HIDDEN));
        var given = values("encoder.layer.1.intermediate.dense.weight", new int[] {HIDDEN, DIM});
        for (int i = 0; i < up.length; i++) {
            assertEquals(given[i % HIDDEN * DIM + i / HIDDEN], up[i], "at " + i);
        }
        assertArrayEquals(values("encoder.layer.0.attention.self.key.bias", new int[] {DIM}), weights.first("layers.0.attention.key-bias", Shape.of(DIM)));
    }

    @Test
    void eachExpertBeginsAsTheFeedForward() throws IOException {
        var weights = Pretrained.read(write(tensors(".weight", ".bias")));
        var dense = weights.first("layers.1.feed-forward.down", Shape.of(HIDDEN, DIM));
        var experts = weights.first("layers.1.moe.experts.down", Shape.of(3, HIDDEN, DIM));
        for (int i = 0; i < experts.length; i++) {
            assertEquals(dense[i % dense.length], experts[i]);
        }
        assertTrue(assertThrows(UserError.class, () -> weights.first("layers.1.feed-forward.up", Shape.of(DIM, 7))).getMessage().contains("[4, 7]"));
    }

    @Test
    void withAHeadAPrefixAndOldNames() throws IOException {
        var tensors = new LinkedHashMap<String, int[]>();
        tensors(".gamma", ".beta").forEach((name, shape) -> tensors.put("bert." + name, shape));
        tensors.put("cls.predictions.bias", new int[] {9});
        tensors.put("cls.predictions.decoder.weight", new int[] {9, DIM});
        dense(tensors, "cls.predictions.transform.dense", DIM, DIM);
        norm(tensors, "cls.predictions.transform.LayerNorm", ".gamma", ".beta");
        dense(tensors, "cls.seq_relationship", DIM, 2);
        var weights = Pretrained.read(write(tensors));
        assertArrayEquals(values("cls.predictions.bias", new int[] {9}), weights.first("words-bias", Shape.of(9)));
        assertArrayEquals(values("bert.embeddings.LayerNorm.gamma", new int[] {DIM}), weights.first("norm.gain", Shape.of(DIM)));
        assertTrue(weights.has("predict") && weights.has("predict-norm.bias"));
    }

    @Test
    void allThatIsMissingOrUnknownIsNamed() throws IOException {
        var tensors = tensors(".weight", ".bias");
        tensors.remove("encoder.layer.1.attention.self.value.weight");
        tensors.remove("encoder.layer.0.output.dense.bias");
        tensors.put("encoder.layer.0.adapter.weight", new int[] {1});
        tensors.put("encoder.layer.0.attention.self.key.weight", new int[] {DIM, 3});
        var location = write(tensors);
        var message = assertThrows(UserError.class, () -> Pretrained.read(location)).getMessage();
        assertTrue(message.contains("2 missing: encoder.layer.0.output.dense.bias, encoder.layer.1.attention.self.value.weight")
                && message.contains("1 of another shape: layers.0.attention.key") && message.contains("1 not known: encoder.layer.0.adapter.weight"), message);
        var bare = write(Map.of("embeddings.word_embeddings.weight", new int[] {9, DIM}, "embeddings.position_embeddings.weight", new int[] {5, DIM}));
        assertTrue(assertThrows(UserError.class, () -> Pretrained.read(bare)).getMessage().contains("no layers"));
        var flat = write(Map.of("embeddings.word_embeddings.weight", new int[] {9}));
        assertTrue(assertThrows(UserError.class, () -> Pretrained.read(flat)).getMessage().contains("shape [9], of which axis 1"));
        var other = write(Map.of("wte.weight", new int[] {3, 3}));
        assertTrue(assertThrows(UserError.class, () -> Pretrained.read(other)).getMessage().contains("no model of the BERT family"));
    }

    @Test
    void theVocabularyLiesBesideTheWeights() throws IOException {
        var location = write(tensors(".weight", ".bias"));
        var options = Options.of(Bert.Options.class, Map.of("weights", folder.resolve(location.name()).toString()), "here");
        assertTrue(assertThrows(UserError.class, () -> new Library().vocabulary(options)).getMessage().contains("no tokenizer.json or vocab.txt"));
        var missing = Options.of(Bert.Options.class, Map.of("weights", folder.resolve("other.onnx").toString()), "here");
        assertTrue(assertThrows(UserError.class, () -> new Library().vocabulary(missing)).getMessage().contains("'other.onnx'; did you mean 'model.safetensors'?"));
        Files.write(folder.resolve("vocab.txt"), List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"));
        assertEquals(6, new Library().vocabulary(options).vocabularySize());
        var settings = new ModelSettings(1, 8, 2, 4, 3, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var bench = new Bench(new Building(new Graph(), Mode.EVALUATION, settings), "encoders.text", Map.of("weights", options.weights(), "heads", 1));
        assertTrue(assertThrows(UserError.class, () -> bench.reader(new Bert())).getMessage().startsWith("the vocabulary has 6 word pieces, and the weights are for 9"));
    }
}
