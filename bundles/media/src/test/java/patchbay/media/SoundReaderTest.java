package patchbay.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import patchbay.tensor.UserError;

class SoundReaderTest {

    private static final SoundReader READER = new SoundReader(Limits.standard());
    private static final int RATE = 16_000;
    private static final int LENGTH = 2_000;

    private static Sound read(byte[] file) {
        return READER.read(file, "x");
    }

    private static String error(byte[] file) {
        var message = assertThrows(UserError.class, () -> read(file)).getMessage();
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.startsWith("x "), message);
        return message;
    }

    /** What the samples were made from: 440 Hz left, 880 Hz at half of that right, in 16 bits. */
    private static float[] tone(int channel) {
        var tone = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            tone[i] = (short) (0.5 / (1 + channel) * 32767 * Math.sin(2 * Math.PI * 440 * (1 + channel) * i / RATE)) / 32_768f;
        }
        return tone;
    }

    @ParameterizedTest
    @CsvSource({"1, 8, 0.01", "1, 16, 4e-5", "1, 24, 2e-7", "1, 32, 1e-7", "3, 32, 1e-7", "3, 64, 1e-7"})
    void wavOfEveryWidth(int format, int bits, double tolerance) {
        var tones = new double[][] {Samples.tone(440, 8000, 100), Samples.tone(880, 8000, 100), Samples.tone(50, 8000, 100)};
        var sound = read(Samples.wav(format, bits, 8000, tones));
        assertEquals(8000, sound.rate());
        assertEquals(3, sound.channels().length);
        for (int channel = 0; channel < 3; channel++) {
            for (int i = 0; i < 100; i++) {
                assertEquals(tones[channel][i], sound.channels()[channel][i], tolerance);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"6, 0xd5, 8", "6, 0x55, -8", "6, 0xaa, 32256", "6, 0x2a, -32256", "6, 0xc5, 264", "7, 0xff, 0", "7, 0x80, 32124", "7, 0x00, -32124", "7, 0xef, 132"})
    void telephones(int encoding, String code, int expected) {
        var wav = Samples.wav(1, 8, 8000, new double[][] {new double[1]});
        ByteBuffer.wrap(wav).order(ByteOrder.LITTLE_ENDIAN).putShort(20, (short) encoding);
        wav[44] = (byte) (int) Integer.decode(code);
        assertEquals(expected / 32_768f, read(wav).channels()[0][0]);
    }

    @Test
    void flacIsExact() {
        var sound = read(Samples.resource("tones.flac"));
        assertEquals(RATE, sound.rate());
        assertArrayEquals(tone(0), sound.channels()[0]);
        assertArrayEquals(tone(1), sound.channels()[1]);
        assertEquals(0.125, sound.seconds());
    }

    /** Made from the same samples by the reference encoder in other ways; what is decoded has the MD5 sum of what was encoded, or it is refused. */
    @ParameterizedTest
    @CsvSource({"fixed-mono-24.flac, 1, 24000", "noise-8.flac, 1, 8000", "wasted-silence-16.flac, 2, 8000", "side-right-16.flac, 2, 16000"})
    void flacOfOtherKinds(String name, int channels, int rate) {
        var file = Samples.resource(name);
        var sound = read(file);
        assertEquals(channels, sound.channels().length);
        assertEquals(rate, sound.rate());
        file[26] ^= 1; // of the sum
        assertTrue(error(file).contains("MD5"), name);
    }

    @ParameterizedTest
    @CsvSource({"tones.ogg, 0.03", "tones.mp3, 0.03"})
    void lossyOnesAreNearAndOfTheSameLength(String name, double tolerance) {
        var sound = read(Samples.resource(name));
        assertEquals(RATE, sound.rate());
        assertEquals(LENGTH, sound.length());
        for (int channel = 0; channel < 2; channel++) {
            double square = 0;
            for (int i = 0; i < LENGTH; i++) {
                square += Math.pow(tone(channel)[i] - sound.channels()[channel][i], 2);
            }
            assertTrue(Math.sqrt(square / LENGTH) < tolerance, "off by " + Math.sqrt(square / LENGTH));
        }
    }

    @Test
    void monoIsTheMean() {
        var sound = new Sound(2, new float[][] {{1, 0.5f}, {0, -0.5f}});
        assertArrayEquals(new float[] {0.5f, 0}, sound.mono());
        assertEquals(1, sound.seconds());
    }

    @ParameterizedTest
    @EnumSource(value = MediaType.class, names = {"WAV", "FLAC", "VORBIS", "MP3"})
    void whateverIsCutOffIsMissed(MediaType type) {
        var whole = Samples.of(type);
        for (int length = 64; length < whole.length; length++) {
            var cut = Arrays.copyOf(whole, length);
            assertTrue(error(cut).contains(" is " + type), "cut at " + length + " of " + whole.length);
        }
    }

    @Test
    void hugeSizesAreRefusedBeforeMemoryIsTaken() {
        var wav = Samples.of(MediaType.WAV);
        ByteBuffer.wrap(wav).putInt(40, -1);
        assertTrue(error(wav).contains("its chunk 'data' declares 4,294,967,295 bytes where 1,600 are left"), error(wav));
        var flac = Samples.resource("tones.flac");
        ByteBuffer.wrap(flac).putInt(22, -1);
        assertTrue(error(flac).contains("samples; at most 134,217,728 are read"), error(flac));
        var mp3 = Samples.resource("tones.mp3");
        System.arraycopy(new byte[] {'I', 'D', '3', 4, 0, 0, 127, 127, 127, 127}, 0, mp3, 0, 10);
        assertTrue(error(mp3).contains("its tag declares 268,435,465 bytes, and has 2,016"), error(mp3));
        assertTrue(assertThrows(UserError.class, () -> new SoundReader(new Limits(1 << 20, 0, 100)).read(Samples.resource("tones.ogg"), "x"))
                .getMessage().contains("samples; at most 100"));
    }

    @Test
    void aCodebookMayNotDeclareMoreThanItsFileHas() {
        var file = Samples.resource("tones.ogg");
        int setup = new String(file, StandardCharsets.ISO_8859_1).indexOf("\u0005vorbis") + 7;
        for (int i = 4; i < 9; i++) {
            file[setup + i] = (byte) 0xff; // the first book's dimensions and entries
        }
        Samples.repairPages(file);
        assertTrue(error(file).contains("its setup declares a codebook of 16,777,215 entries with 65,535 dimensions"), error(file));
    }

    @Test
    void tagsAreNoSound() {
        var sound = Samples.resource("tones.mp3");
        var tagged = ByteBuffer.allocate(10 + 200 + sound.length + 128);
        tagged.put(new byte[] {'I', 'D', '3', 3, 0, 0, 0, 0, 1, 72 - 0x40 + 0x40}).position(10 + 200).put(sound).put("TAG".getBytes());
        assertArrayEquals(read(sound).channels()[0], read(tagged.array()).channels()[0]);
        var layer2 = sound.clone();
        layer2[1] = (byte) 0xfd;
        assertTrue(error(layer2).contains("is no picture or sound that can be read"), error(layer2));
    }

    @Test
    void otherStreamsInOggAreNotKnown() {
        var opus = Samples.resource("tones.ogg");
        System.arraycopy("OpusHead".getBytes(), 0, opus, 28, 8);
        assertTrue(error(opus).contains("it begins with 4f 67 67 53"), error(opus));
    }
}
