package patchbay.contract;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Sounds for encoders to hear. */
public final class SmallSounds {

    private SmallSounds() {}

    /** A WAV file of a tone, {@code hertz} high, with noise in it. */
    public static byte[] tone(int rate, int samples, double hertz) {
        var noise = Trial.random(samples, samples);
        var wav = ByteBuffer.allocate(44 + 2 * samples).order(ByteOrder.LITTLE_ENDIAN);
        wav.put(ascii("RIFF")).putInt(36 + 2 * samples).put(ascii("WAVEfmt ")).putInt(16).putShort((short) 1).putShort((short) 1).putInt(rate).putInt(2 * rate)
                .putShort((short) 2).putShort((short) 16).put(ascii("data")).putInt(2 * samples);
        for (int i = 0; i < samples; i++) {
            wav.putShort((short) (15_000 * Math.sin(2 * Math.PI * hertz * i / rate) + 1000 * noise[i]));
        }
        return wav.array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
