package patchbay.encoder.text.bert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.contract.EncoderContract;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.weights.wordpiece.WordPiece;

class BertTest extends EncoderContract {

    @Override
    protected Encoder plugin() {
        return new Bert();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of("length", 6, "layers", 1), Map.of("length", 5, "layers", 1, "pooling", "first", "heads", 2));
    }

    @Override
    protected List<byte[]> examples() {
        return List.of(text("a b"), text("Hello, world!"), text("é"));
    }

    @Override
    protected List<byte[]> broken() {
        return List.of(new byte[] {(byte) 0xff}, new byte[] {'a', (byte) 0xc3});
    }

    /** Files are read once, but not for ever. */
    @Test
    void aVocabularyThatIsWrittenAnewIsReadAnew(@TempDir Path folder) throws IOException {
        var file = folder.resolve("vocab.txt");
        var marks = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a");
        Files.write(file, marks);
        var bert = new Bert();
        var first = vocabulary(bert, file);
        assertEquals(marks.size(), first.vocabularySize());
        assertSame(first, vocabulary(bert, file));
        Files.write(file, List.of("b"), StandardOpenOption.APPEND);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        assertEquals(marks.size() + 1, vocabulary(bert, file).vocabularySize());
    }

    private static WordPiece vocabulary(Bert bert, Path file) {
        var settings = new ModelSettings(1, 64, 2, 8, 64, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.layer);
        var bench = new Bench(new Building(new Graph(1), Mode.EVALUATION, settings), "encoders.text", Map.of("vocabulary", file.toString()));
        return ((TextReader) bench.reader(bert)).vocabulary();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
