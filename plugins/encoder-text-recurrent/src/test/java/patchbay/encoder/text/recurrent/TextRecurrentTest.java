package patchbay.encoder.text.recurrent;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import patchbay.contract.EncoderContract;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.UserError;

class TextRecurrentTest extends EncoderContract {

    @Override
    protected Encoder plugin() {
        return new TextRecurrent();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of("length", 33, "layers", 1, "heads", 2), Map.of("length", 7, "layers", 2, "heads", 1, "hidden", 3));
    }

    @Override
    protected List<byte[]> examples() {
        return Stream.of("rot", "grün und blau", "a longer text, which is cut at its end").map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    }

    @Override
    protected List<byte[]> broken() {
        return List.of(new byte[0], new byte[] {'a', (byte) 0xC3}, new byte[] {(byte) 0xFF, 'b'});
    }

    @Test
    void noLengthIsTheUsersMistake() {
        var settings = new ModelSettings(1, 8, 2, 4, 3, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var bench = new Bench(new Building(new Graph(), Mode.EVALUATION, settings), "encoders.text", Map.of("length", 0));
        var error = assertThrows(UserError.class, () -> bench.reader(new TextRecurrent()));
        assertTrue(error.getMessage().contains("length is 0"), error.getMessage());
    }
}
