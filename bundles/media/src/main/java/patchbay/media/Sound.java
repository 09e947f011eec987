package patchbay.media;

/**
 * A sound.
 *
 * @param rate samples a second of each channel
 * @param channels [channels, length] of samples; full scale is −1 to 1, which lossy formats may exceed a little
 */
public record Sound(int rate, float[][] channels) {

    public Sound {
        if (rate < 1 || channels.length < 1) {
            throw new IllegalArgumentException(channels.length + " channels of " + rate + " samples a second");
        }
        for (var channel : channels) {
            if (channel.length != channels[0].length) {
                throw new IllegalArgumentException("channels of " + channels[0].length + " and " + channel.length + " samples");
            }
        }
    }

    /** Samples of each channel. */
    public int length() {
        return channels[0].length;
    }

    public double seconds() {
        return (double) length() / rate;
    }

    /** The mean of all channels: [length]. */
    public float[] mono() {
        var mono = new float[length()];
        for (int i = 0; i < mono.length; i++) {
            double sum = 0;
            for (var channel : channels) {
                sum += channel[i];
            }
            mono[i] = (float) (sum / channels.length);
        }
        return mono;
    }

    /** As an encoder takes it: the mean of all channels, with {@code newRate} samples a second, by {@link Resampler}. */
    public float[] mono(int newRate) {
        return new Resampler(rate, newRate).apply(mono());
    }
}
