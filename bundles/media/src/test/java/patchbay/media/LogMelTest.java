package patchbay.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import patchbay.media.LogMel.Scale;
import patchbay.media.LogMel.Settings;

class LogMelTest {

    private static float[] noise(int length) {
        var random = new SplittableRandom(3);
        var noise = new float[length];
        for (int i = 0; i < length; i++) {
            noise[i] = (float) random.nextDouble(-1, 1);
        }
        return noise;
    }

    @ParameterizedTest
    @CsvSource({"HTK, 440, 549.6387", "HTK, 1000, 999.9855", "SLANEY, 440, 6.6", "SLANEY, 1000, 15", "SLANEY, 4000, 35.1638"})
    void scalesAreThoseOfTheirSources(Scale scale, double hertz, double mel) {
        assertEquals(mel, scale.mel(hertz), 1e-3);
        assertEquals(hertz, scale.hertz(scale.mel(hertz)), 1e-6);
    }

    @Test
    void aToneIsInItsBand() {
        var settings = Settings.speech();
        var tone = new float[4_000];
        for (int i = 0; i < tone.length; i++) {
            tone[i] = (float) Math.sin(2 * Math.PI * 1_000 * i / 16_000);
        }
        var mels = new LogMel(settings).apply(tone);
        double low = Scale.HTK.mel(60);
        int band = (int) Math.round((Scale.HTK.mel(1_000) - low) / ((Scale.HTK.mel(8_000) - low) / 65)) - 1;
        for (int frame = 0; frame < mels.length / 64; frame++) {
            int best = 0;
            for (int i = 0; i < 64; i++) {
                best = mels[frame * 64 + i] > mels[frame * 64 + best] ? i : best;
            }
            assertEquals(band, best, "frame " + frame);
        }
    }

    /** The definition, sum by sum. */
    @ParameterizedTest
    @EnumSource
    void theFastTransformIsTheSlowOne(Scale scale) {
        var settings = new Settings(8_000, 100, 40, 12, 100, 3_900, scale, scale == Scale.SLANEY, 1e-10);
        var sound = noise(300);
        var mels = new LogMel(settings).apply(sound);
        assertEquals(6 * 12, mels.length);
        for (int frame = 0; frame < 6; frame++) {
            var powers = new double[65];
            for (int k = 0; k <= 64; k++) {
                double real = 0;
                double imaginary = 0;
                for (int i = 0; i < 100; i++) {
                    double value = sound[frame * 40 + i] * Math.pow(Math.sin(Math.PI * i / 100), 2);
                    real += value * Math.cos(2 * Math.PI * k * i / 128);
                    imaginary += value * Math.sin(2 * Math.PI * k * i / 128);
                }
                powers[k] = real * real + imaginary * imaginary;
            }
            for (int band = 0; band < 12; band++) {
                double[] edges = new double[3];
                for (int i = 0; i < 3; i++) {
                    edges[i] = scale.hertz(scale.mel(100) + (scale.mel(3_900) - scale.mel(100)) * (band + i) / 13);
                }
                double sum = 0;
                for (int k = 0; k <= 64; k++) {
                    double hertz = k * 62.5;
                    double height = Math.max(0, Math.min((hertz - edges[0]) / (edges[1] - edges[0]), (edges[2] - hertz) / (edges[2] - edges[1])));
                    sum += powers[k] * height * (settings.areas() ? 2 / (edges[2] - edges[0]) : 1);
                }
                assertEquals(Math.log(Math.max(sum, 1e-10)), mels[frame * 12 + band], 1e-4, "frame " + frame + ", band " + band);
            }
        }
    }

    @Test
    void partsAreFramesOfTheWhole() {
        var mel = new LogMel(Settings.speech());
        var sound = noise(4_000);
        var whole = mel.apply(sound);
        var part = mel.apply(Arrays.copyOfRange(sound, 5 * 160, 5 * 160 + 400 + 2 * 160));
        assertArrayEquals(Arrays.copyOfRange(whole, 5 * 64, 8 * 64), part);
    }

    @Test
    void silenceAndShortSoundsAreOneFrame() {
        var mel = new LogMel(Settings.speech());
        var silence = mel.apply(new float[0]);
        assertEquals(64, silence.length);
        assertEquals(Math.log(1e-10), silence[7], 1e-4);
        assertEquals(1, mel.frames(400));
        assertEquals(1, mel.frames(559));
        assertEquals(2, mel.frames(560));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Settings(8_000, 200, 80, 40, 0, 4_001, Scale.HTK, false, 1e-10)).getMessage().contains("half of the rate"));
    }
}
