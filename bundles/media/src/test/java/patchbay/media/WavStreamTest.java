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
            samples = joined(samples, stream.read(Arrays.copyOfRange(file, from, Math.min(file.length, from + part))));
        }
        return joined(samples, stream.end());
    }

    private static float[] joined(float[] first, float[] second) {
        var both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Test
    void inPartsAsAtOnce() {
        for (int rate : new int[] {8000, 16_000, 3000, 11_025}) {
            var whole = new SoundReader(Limits.standard()).read(FILE, "a file").mono(rate);
            for (int part : new int[] {1, 3, 50, 1000, FILE.length}) {
                assertArrayEquals(whole, read(new WavStream(rate, "a stream", Limits.standard()), FILE, part), "at " + rate + ", parts of " + part);
            }
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
    void whatIsNoWholeFileIsTheUsersMistake() {
        check("is no WAV file", Samples.of(MediaType.FLAC));
        check("ends early: 1 bytes", Arrays.copyOf(FILE, FILE.length - 1));
        check("has no samples", Arrays.copyOf(FILE, 20));
        check("has no samples", new byte[0]);
        var endless = Arrays.copyOf(FILE, 1 << 17);
        endless[36] = 'x'; // samples by another name
        check("no samples in its first", endless);
    }

    private static void check(String words, byte[] file) {
        var error = assertThrows(UserError.class, () -> read(new WavStream(8000, "a stream", Limits.standard()), file, 7));
        assertTrue(error.getMessage().contains(words), error.getMessage());
    }
}
