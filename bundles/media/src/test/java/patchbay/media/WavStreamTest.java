package patchbay.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import patchbay.tensor.UserError;

class WavStreamTest {

    private static final byte[] FILE = Samples.of(MediaType.WAV); // two channels at 8 kHz

    private static float[] read(WavStream stream, byte[] file, int part) {
        var samples = new float[0];
        for (int from = 0; from < file.length; from += part) {
            var fresh = stream.read(Arrays.copyOfRange(file, from, Math.min(file.length, from + part)));
            samples = Arrays.copyOf(samples, samples.length + fresh.length);
            System.arraycopy(fresh, 0, samples, samples.length - fresh.length, fresh.length);
        }
        stream.end();
        return samples;
    }

    @Test
    void inPartsAsAtOnce() {
        var whole = new SoundReader(Limits.standard()).read(FILE, "a file").mono();
        for (int part : new int[] {1, 3, 50, 1000, FILE.length}) {
            assertArrayEquals(whole, read(new WavStream(8000, "a stream", Limits.standard()), FILE, part), "parts of " + part);
        }
    }

    @Test
    void everySampleComesAsSoonAsItIsThere() {
        var stream = new WavStream(8000, "a stream", Limits.standard());
        int head = FILE.length - 4 * 400;
        assertEquals(0, stream.read(Arrays.copyOf(FILE, head + 3)).length);
        assertEquals(1, stream.read(Arrays.copyOfRange(FILE, head + 3, head + 4)).length);
        assertEquals(9, stream.read(Arrays.copyOfRange(FILE, head + 4, head + 42)).length);
    }

    @Test
    void whatIsNoWholeFileOfThisRateIsTheUsersMistake() {
        check("is no WAV file", 8000, Samples.of(MediaType.FLAC));
        check("has 8,000 samples a second; arriving in parts it must have 16,000", 16_000, FILE);
        check("ends early: 1 bytes", 8000, Arrays.copyOf(FILE, FILE.length - 1));
        check("has no samples", 8000, Arrays.copyOf(FILE, 20));
        check("has no samples", 8000, new byte[0]);
        var endless = Arrays.copyOf(FILE, 1 << 17);
        endless[36] = 'x'; // samples by another name
        check("no samples in its first", 8000, endless);
    }

    private static void check(String words, int rate, byte[] file) {
        var error = assertThrows(UserError.class, () -> read(new WavStream(rate, "a stream", Limits.standard()), file, 7));
        assertTrue(error.getMessage().contains(words), error.getMessage());
    }
}
