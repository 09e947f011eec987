package patchbay.encoder.audio.wave;

import java.util.Arrays;
import java.util.Map;
import patchbay.media.Limits;
import patchbay.media.SoundReader;
import patchbay.spi.Encoder;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/**
 * The samples of a sound as the graph takes them.
 *
 * @param rate samples a second
 * @param most samples of a sound that are read
 * @param hop samples of a place
 */
record Samples(int rate, int most, int hop) {

    /** Those of whole places; 0 behind the last. */
    static final String SAMPLES = "samples";
    /** How many samples there are, [1]. */
    static final String LENGTH = "length";

    static Samples of(AudioWave.Options options) {
        if (options.rate() < 1 || !(options.seconds() > 0) || (double) options.rate() * options.seconds() > 1 << 26) {
            throw new UserError("rate is " + options.rate() + ", seconds " + options.seconds() + "; both must be above 0, and their product below " + (1 << 26));
        }
        return new Samples(options.rate(), (int) Math.ceil(options.rate() * options.seconds()), options.hop());
    }

    Encoder.Reader reader() {
        var sounds = new SoundReader(Limits.standard());
        return new Encoder.Reader() {
            @Override
            public Map<String, TensorType> inputs() {
                return Samples.this.inputs(most);
            }

            @Override
            public Encoder.Row read(byte[] bytes) {
                return row(sounds.read(bytes, "it").mono(rate), most);
            }
        };
    }

    Map<String, TensorType> inputs(int length) {
        return Map.of(SAMPLES, TensorType.f32(whole(length)), LENGTH, TensorType.i32(1));
    }

    /** @param length of the samples that are read of {@code sound} */
    Encoder.Row row(float[] sound, int length) {
        int there = Math.min(sound.length, length);
        var samples = Arrays.copyOf(sound, whole(length));
        Arrays.fill(samples, there, samples.length, 0);
        return new Encoder.Row(Map.of(SAMPLES, samples), Map.of(LENGTH, new int[] {there}));
    }

    private int whole(int length) {
        return Math.ceilDiv(length, hop) * hop;
    }
}
