package patchbay.media;

import java.util.Arrays;

/**
 * A sound as a picture of its frequencies in time: power spectra of overlapping windows (Hann's), summed in bands that are equally wide to the ear, as
 * natural logarithms (Davis and Mermelstein, "Comparison of Parametric Representations for Monosyllabic Word Recognition", 1980, without its cosine
 * transform).
 *
 * <p>Frame {@code t} sees the samples from {@code t · hop} to {@code t · hop + window} and none before or after, so frames of a sound that arrives in parts
 * are those of the whole.
 */
public final class LogMel {

    /** How a frequency is heard. */
    public enum Scale {
        /** {@code 2595 · log10(1 + f / 700)}, O'Shaughnessy 1987, as in HTK. */
        HTK {
            @Override
            double mel(double hertz) {
                return 2595 * Math.log10(1 + hertz / 700);
            }

            @Override
            double hertz(double mel) {
                return 700 * (Math.pow(10, mel / 2595) - 1);
            }
        },
        /** Linear up to 1,000 Hz and logarithmic above, as in Slaney's Auditory Toolbox, 1998. */
        SLANEY {
            @Override
            double mel(double hertz) {
                return hertz < BREAK ? hertz / LINEAR : BREAK / LINEAR + Math.log(hertz / BREAK) / LOGARITHMIC;
            }

            @Override
            double hertz(double mel) {
                return mel < BREAK / LINEAR ? mel * LINEAR : BREAK * Math.exp((mel - BREAK / LINEAR) * LOGARITHMIC);
            }
        };

        private static final double BREAK = 1000;
        private static final double LINEAR = 200 / 3.0;
        private static final double LOGARITHMIC = Math.log(6.4) / 27;

        abstract double mel(double hertz);

        abstract double hertz(double mel);
    }

    /**
     * @param rate samples a second
     * @param window samples of a frame; zeros follow it up to the next power of two, whose transform is taken
     * @param hop samples between the starts of two frames
     * @param bands that the frequencies from {@code low} to {@code high}, in Hz, are summed in
     * @param areas whether a band is divided by its width in Hz (Slaney), so that noise is even; else the middle of each weighs 1 (HTK)
     * @param floor the least power, before the logarithm
     */
    public record Settings(int rate, int window, int hop, int bands, double low, double high, Scale scale, boolean areas, double floor) {

        public Settings {
            if (rate < 1 || window < 1 || hop < 1 || bands < 1 || !(low >= 0 && low < high && high <= rate / 2.0) || !(floor > 0)) {
                throw new IllegalArgumentException(("frames of %d samples each %d at %d a second, %d bands from %s to %s Hz, no power below %s: all numbers are above zero, "
                        + "and the frequencies grow up to half of the rate").formatted(window, hop, rate, bands, low, high, floor));
            }
        }

        /** 25 ms each 10 ms at 16 kHz, 64 bands from 60 Hz, on HTK's scale. */
        public static Settings speech() {
            return new Settings(16_000, 400, 160, 64, 60, 8_000, Scale.HTK, false, 1e-10);
        }
    }

    private final Settings settings;
    private final int size;
    private final Fourier fourier;
    private final double[] window;
    private final int[] first; // of each band, the first frequency in it
    private final double[][] weights; // [bands, frequencies]

    public LogMel(Settings settings) {
        this.settings = settings;
        size = settings.window == 1 ? 2 : Integer.highestOneBit(settings.window - 1) << 1;
        fourier = new Fourier(size);
        window = new double[settings.window];
        Arrays.setAll(window, i -> 0.5 - 0.5 * Math.cos(2 * Math.PI * i / settings.window));
        first = new int[settings.bands];
        weights = new double[settings.bands][];
        for (int band = 0; band < settings.bands; band++) {
            fill(band);
        }
    }

    /** A triangle between the middles of the two bands beside it. */
    private void fill(int band) {
        double lowest = edge(band);
        double middle = edge(band + 1);
        double highest = edge(band + 2);
        double step = (double) settings.rate / size; // Hz between two frequencies of the transform
        first[band] = (int) Math.floor(lowest / step) + 1;
        weights[band] = new double[Math.max(0, Math.min(size / 2, (int) Math.ceil(highest / step) - 1) - first[band] + 1)];
        for (int i = 0; i < weights[band].length; i++) {
            double hertz = (first[band] + i) * step;
            double height = hertz <= middle ? (hertz - lowest) / (middle - lowest) : (highest - hertz) / (highest - middle);
            weights[band][i] = settings.areas ? height * 2 / (highest - lowest) : height;
        }
    }

    private double edge(int number) {
        double low = settings.scale.mel(settings.low);
        double high = settings.scale.mel(settings.high);
        return settings.scale.hertz(low + (high - low) * number / (settings.bands + 1));
    }

    /** Frames that {@code samples} are: as many as find all of their window, but at least one. */
    public int frames(int samples) {
        return 1 + Math.max(0, samples - settings.window) / settings.hop;
    }

    /**
     * @param sound samples of one channel at the settings' rate; silence follows one that is shorter than a window
     * @return [frames, bands]
     */
    public float[] apply(float[] sound) {
        int frames = frames(sound.length);
        var result = new float[frames * settings.bands];
        var spectrum = new double[2][size]; // real, imaginary
        for (int frame = 0; frame < frames; frame++) {
            transform(sound, frame * settings.hop, spectrum);
            for (int band = 0; band < settings.bands; band++) {
                double power = 0;
                for (int i = 0; i < weights[band].length; i++) {
                    power += weights[band][i] * spectrum[0][first[band] + i];
                }
                result[frame * settings.bands + band] = (float) Math.log(Math.max(power, settings.floor));
            }
        }
        return result;
    }

    /** The powers of the window that begins at {@code start} into {@code spectrum[0]}. */
    private void transform(float[] sound, int start, double[][] spectrum) {
        Arrays.fill(spectrum[0], 0);
        Arrays.fill(spectrum[1], 0);
        for (int i = 0; i < window.length && start + i < sound.length; i++) {
            spectrum[0][i] = window[i] * sound[start + i];
        }
        fourier.transform(spectrum[0], spectrum[1]);
        for (int i = 0; i <= size / 2; i++) {
            spectrum[0][i] = spectrum[0][i] * spectrum[0][i] + spectrum[1][i] * spectrum[1][i];
        }
    }
}
