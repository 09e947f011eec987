package patchbay.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResamplerTest {

    private static float[] tone(double hertz, int rate, int length) {
        var tone = new float[length];
        for (int i = 0; i < length; i++) {
            tone[i] = (float) Math.sin(2 * Math.PI * hertz * i / rate);
        }
        return tone;
    }

    @ParameterizedTest
    @CsvSource({"44100, 16000", "8000, 16000", "48000, 16000", "22050, 16000", "16000, 44100", "11025, 16000", "16001, 16000"})
    void aToneStaysThatTone(int from, int to) {
        var result = new Resampler(from, to).apply(tone(1_000, from, from / 4));
        var expected = tone(1_000, to, result.length);
        assertEquals((int) Math.ceil((double) (from / 4) * to / from), result.length);
        for (int i = result.length / 4; i < result.length * 3 / 4; i++) {
            assertEquals(expected[i], result[i], 1e-3, "at " + i);
        }
    }

    @ParameterizedTest
    @CsvSource({"48000, 16000, 9000", "44100, 8000, 4500", "44100, 16000, 20000"})
    void whatTheNewRateCannotHoldIsTakenAway(int from, int to, double hertz) {
        var result = new Resampler(from, to).apply(tone(hertz, from, from / 4));
        for (int i = result.length / 4; i < result.length * 3 / 4; i++) {
            assertTrue(Math.abs(result[i]) < 1e-3, result[i] + " at " + i);
        }
    }

    @Test
    void aConstantStaysWhatItIs() {
        var ones = new float[1_000];
        Arrays.fill(ones, 1);
        var result = new Resampler(44_100, 16_000).apply(ones);
        for (int i = 100; i < result.length - 100; i++) {
            assertEquals(1, result[i], 1e-5);
        }
        assertArrayEquals(ones, new Resampler(16_000, 16_000).apply(ones));
        assertEquals(0, new Resampler(44_100, 16_000).apply(new float[0]).length);
    }
}
