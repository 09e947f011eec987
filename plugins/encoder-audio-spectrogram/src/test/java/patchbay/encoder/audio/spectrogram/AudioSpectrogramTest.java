package patchbay.encoder.audio.spectrogram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import patchbay.contract.EncoderContract;
import patchbay.contract.SmallSounds;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.UserError;

class AudioSpectrogramTest extends EncoderContract {

    private static final int RATE = 400;

    @Override
    protected Encoder plugin() {
        return new AudioSpectrogram();
    }

    private static Map<String, Object> options(boolean causal, float seconds) {
        return Map.of("rate", RATE, "seconds", seconds, "bands", 4, "patch-frames", seconds < 0.1f ? 1 : 2, "patch-bands", 2, "layers", 1, "heads", 2, "hidden", 3, "causal", causal);
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(options(false, 0.11f), options(true, 0.11f), options(true, 0.15f));
    }

    /** As short as the shortest example: what is behind a sound is nearly zero, and its norm too steep for a small step. */
    @Override
    protected List<Map<String, Object>> smoothOptionSets() {
        return List.of(options(false, 7f / RATE), options(true, 7f / RATE));
    }

    /** Shorter than a window, of some whole columns at another rate, and longer than what is read. */
    @Override
    protected List<byte[]> examples() {
        return List.of(SmallSounds.tone(RATE, 7, 60), SmallSounds.tone(3 * RATE, 105, 90), SmallSounds.tone(RATE, 90, 40));
    }

    private static Encoder.Row row(Map<String, Object> options, byte[] bytes) {
        var settings = new ModelSettings(1, 8, 2, 4, 3, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        return new Bench(new Building(new Graph(), Mode.EVALUATION, settings), "encoders.sound", options).reader(new AudioSpectrogram()).read(bytes);
    }

    @Test
    void whatIsBehindTheSoundCountsNowhere() {
        var row = row(options(false, 0.11f), SmallSounds.tone(RATE, 20, 60)); // windows of 10 each 4: 3 frames
        assertArrayEquals(new int[] {3}, row.ints().get("length"));
        var spectrogram = row.floats().get("spectrogram");
        assertTrue(IntStream.range(0, 12).anyMatch(i -> spectrogram[i] != 0));
        assertTrue(IntStream.range(12, spectrogram.length).allMatch(i -> spectrogram[i] == 0));
    }

    @Test
    void theRateIsChanged() {
        var same = row(options(false, 0.1f), SmallSounds.tone(RATE, 40, 50)).ints().get("length")[0];
        assertEquals(same, row(options(false, 0.1f), SmallSounds.tone(4 * RATE, 160, 50)).ints().get("length")[0]);
    }

    @Test
    void aPatchThatDoesNotFitIsTheUsersMistake() {
        var error = assertThrows(UserError.class, () -> row(Map.of("bands", 30), new byte[0]));
        assertTrue(error.getMessage().contains("patch-bands 16") && error.getMessage().contains("30 bands"), error.getMessage());
        assertTrue(assertThrows(UserError.class, () -> row(Map.of("rate", 10), new byte[0])).getMessage().contains("rate is 10"));
    }

    /** A reader of whole sounds alone says so. */
    @Test
    void soundsArriveInPartsOnlyWhereItLooksBack() {
        var settings = new ModelSettings(1, 8, 2, 4, 3, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        for (boolean causal : new boolean[] {false, true}) {
            var bench = new Bench(new Building(new Graph(), Mode.DECODING, settings), "encoders.sound", options(causal, 0.1f));
            assertEquals(causal, bench.incoming(new AudioSpectrogram()).isPresent());
        }
    }
}
