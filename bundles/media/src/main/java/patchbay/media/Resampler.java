package patchbay.media;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Changes a sound's rate by band-limited interpolation: a sinc under Kaiser's window, 16 of its zeros to either side, and with its cut-off below half
 * of the lower rate, so that what the new rate cannot hold is taken away and not folded back (Julius O. Smith, "Digital Audio Resampling Home
 * Page", 2002; Kaiser and Schafer 1980 for the window). The sound begins at the same moment, and silence surrounds it.
 */
public final class Resampler {

    private static final int ZEROS = 16;
    private static final double BETA = 9; // the window's shape: what is folded back is 90 dB lower
    private static final double ROLL_OFF = 0.92; // of the half rate: where the filter begins to take away, so that it has done so at 1

    private final int step;
    private final int phases;
    private final float[][] weights; // [phases, taps]

    /** @param from samples a second that there are, @param to samples a second that are wanted */
    public Resampler(int from, int to) {
        int divisor = BigInteger.valueOf(from).gcd(BigInteger.valueOf(to)).intValueExact();
        step = from / divisor;
        phases = to / divisor;
        weights = from == to ? new float[0][] : weights(step, phases);
    }

    private static float[][] weights(int step, int phases) {
        double scale = ROLL_OFF * Math.min(1, (double) phases / step); // cut-off, of half the old rate
        int half = (int) Math.ceil(ZEROS / scale);
        var weights = new float[phases][2 * half];
        for (int phase = 0; phase < phases; phase++) {
            double sum = 0;
            var exact = new double[2 * half];
            for (int tap = 0; tap < exact.length; tap++) {
                double distance = (tap - half + 1) - (double) phase / phases; // in old samples
                exact[tap] = sinc(scale * distance) * kaiser(distance / half);
                sum += exact[tap];
            }
            for (int tap = 0; tap < exact.length; tap++) {
                weights[phase][tap] = (float) (exact[tap] / sum); // a constant stays what it is
            }
        }
        return weights;
    }

    /** @return as long in time, rounded up to a whole sample */
    public float[] apply(float[] sound) {
        return weights.length == 0 ? sound.clone() : samples(0, length(sound.length), sound, 0);
    }

    private long length(long sound) {
        return (sound * phases + step - 1) / step;
    }

    /**
     * New samples.
     *
     * @param sound old ones, of which the first stands at {@code start}; there are none outside
     */
    private float[] samples(long from, long to, float[] sound, long start) {
        var result = new float[Math.toIntExact(to - from)];
        for (int i = 0; i < result.length; i++) {
            long place = (from + i) * step;
            var taps = weights[(int) (place % phases)];
            int first = (int) (place / phases - taps.length / 2 + 1 - start);
            double sum = 0;
            for (int tap = Math.max(0, -first); tap < Math.min(taps.length, sound.length - first); tap++) {
                sum += (double) taps[tap] * sound[first + tap];
            }
            result[i] = (float) sum;
        }
        return result;
    }

    /** For one sound that arrives in parts. */
    public Arriving arriving() {
        return new Arriving();
    }

    /** A sound that arrives in parts: what is made of them all is what {@link #apply} makes of the whole. */
    public final class Arriving {

        /** The old samples that new ones to come are made of. */
        private float[] kept = new float[0];
        private long start;
        private long made;

        private Arriving() {
        }

        /** The new samples that are told by what has come. */
        public float[] read(float[] part) {
            if (weights.length == 0) {
                return part;
            }
            var all = Arrays.copyOf(kept, kept.length + part.length);
            System.arraycopy(part, 0, all, kept.length, part.length);
            kept = all;
            long told = start + kept.length - weights[0].length / 2; // whole old samples that have all of their neighbours
            return upTo(told <= 0 ? 0 : length(told));
        }

        /** Those that silence follows. */
        public float[] end() {
            return weights.length == 0 ? new float[0] : upTo(length(start + kept.length));
        }

        private float[] upTo(long end) {
            long to = Math.max(made, end);
            var fresh = samples(made, to, kept, start);
            made = to;
            int past = (int) Math.clamp(made * step / phases - weights[0].length / 2 - start, 0, kept.length);
            kept = Arrays.copyOfRange(kept, past, kept.length);
            start += past;
            return fresh;
        }
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }

    private static double kaiser(double x) {
        return Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA);
    }

    /** The modified Bessel function of the first kind and order 0, by its series. */
    private static double bessel(double x) {
        double sum = 1;
        double term = 1;
        for (int k = 1; term > 1e-17 * sum; k++) {
            term *= x * x / (4.0 * k * k);
            sum += term;
        }
        return sum;
    }
}
