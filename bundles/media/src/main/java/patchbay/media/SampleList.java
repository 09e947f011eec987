package patchbay.media;

import java.io.IOException;
import java.util.Arrays;

/** A sound while it is decoded: it grows with what is really there, never by what is declared. */
final class SampleList {

    private final Limits limits;
    private final float[][] channels;
    private int length;

    SampleList(int channels, Limits limits) {
        this.limits = limits;
        this.channels = new float[channels][1 << 12];
    }

    int length() {
        return length;
    }

    /** Makes room for {@code count} more samples of each channel. */
    void grow(int count) throws IOException {
        limits.checkSamples(((long) length + count) * channels.length);
        if (length + count > channels[0].length) {
            int room = Math.max(length + count, channels[0].length + (channels[0].length >> 1));
            for (int channel = 0; channel < channels.length; channel++) {
                channels[channel] = Arrays.copyOf(channels[channel], room);
            }
        }
        length += count;
    }

    /** Sets one of the samples that there is room for. */
    void set(int channel, int place, float sample) {
        channels[channel][place] = sample;
    }

    /** Of the samples from {@code from} to {@code to}. */
    Sound sound(int rate, int from, int to) throws IOException {
        if (to <= from) {
            throw new IOException("there is no sound in it");
        }
        var parts = new float[channels.length][];
        Arrays.setAll(parts, channel -> Arrays.copyOfRange(channels[channel], from, to));
        return new Sound(rate, parts);
    }
}
