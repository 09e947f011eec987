package patchbay.encoder.audio.spectrogram;

import java.util.Arrays;
import java.util.Map;
import patchbay.media.Limits;
import patchbay.media.LogMel;
import patchbay.media.SoundReader;
import patchbay.spi.Encoder;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/**
 * The frames of a sound as the graph takes them.
 *
 * @param samples of a sound that are read at most
 * @param columns of patches that they make at most
 * @param patch frames of a column
 */
record Frames(LogMel.Settings settings, int samples, int columns, int patch) {

    /** [frames, bands]; 0 behind the last frame. */
    static final String SPECTROGRAM = "spectrogram";
    /** How many frames there are, [1]. */
    static final String LENGTH = "length";

    /** The mean of the logarithms and twice their deviation, over a large collection of sounds (Gong et al. 2021, section 2.1, and their code). */
    private static final float MEAN = -4.27f;
    private static final float SPREAD = 2 * 4.57f;

    static Frames of(AudioSpectrogram.Options options) {
        if (options.rate() < 400 || !(options.seconds() > 0) || options.bands() < 1 || (double) options.rate() * options.seconds() > 1 << 26) {
            throw new UserError("rate is " + options.rate() + ", seconds " + options.seconds() + ", bands " + options.bands()
                    + "; a rate is at least 400, the others above 0, and rate times seconds below " + (1 << 26));
        }
        var speech = LogMel.Settings.speech();
        double half = options.rate() / 2.0;
        var settings = new LogMel.Settings(options.rate(), options.rate() / 40, options.rate() / 100, options.bands(), Math.min(speech.low(), half / 100), half,
                speech.scale(), speech.areas(), speech.floor());
        int samples = (int) Math.ceil(options.rate() * options.seconds());
        return new Frames(settings, samples, Math.ceilDiv(new LogMel(settings).frames(samples), options.patchFrames()), options.patchFrames());
    }

    int bands() {
        return settings.bands();
    }

    /** The logarithms about 0 and about as wide as 1. */
    static float normed(float logarithm) {
        return (logarithm - MEAN) / SPREAD;
    }

    Encoder.Reader reader() {
        var logMel = new LogMel(settings);
        var sounds = new SoundReader(Limits.standard());
        return new Encoder.Reader() {
            @Override
            public Map<String, TensorType> inputs() {
                return Frames.this.inputs(columns);
            }

            @Override
            public Encoder.Row read(byte[] bytes) {
                var sound = sounds.read(bytes, "it").mono(settings.rate());
                var frames = logMel.apply(sound.length > samples ? Arrays.copyOf(sound, samples) : sound);
                for (int i = 0; i < frames.length; i++) {
                    frames[i] = normed(frames[i]);
                }
                return row(frames, columns);
            }
        };
    }

    Map<String, TensorType> inputs(int columns) {
        return Map.of(SPECTROGRAM, TensorType.f32(columns * patch, bands()), LENGTH, TensorType.i32(1));
    }

    /** @param frames [frames, bands] that there are */
    Encoder.Row row(float[] frames, int columns) {
        return new Encoder.Row(Map.of(SPECTROGRAM, Arrays.copyOf(frames, columns * patch * bands())), Map.of(LENGTH, new int[] {frames.length / bands()}));
    }
}
