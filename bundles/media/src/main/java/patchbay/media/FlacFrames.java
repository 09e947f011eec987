package patchbay.media;

import java.io.IOException;
import java.util.Arrays;

/** The frames of a FLAC (RFC 9639, 9), one after the other. */
final class FlacFrames {

    private static final int SYNCHRONIZED = 0x7ffc; // and a bit that tells whether all blocks are of one size
    private static final int LEFT_AND_SIDE = 8;
    private static final int SIDE_AND_RIGHT = 9;
    private static final int MIDDLE_AND_SIDE = 10;
    /** How the next sample is guessed from those before it, by a polynomial of order 0 to 4: RFC 9639, table 20. */
    private static final int[][] POLYNOMIALS = {{}, {1}, {2, -1}, {3, -3, 1}, {4, -6, 4, -1}};

    private final FlacBits bits;
    private final int channels;
    private final int width;

    /** @param width bits of a sample */
    FlacFrames(FlacBits bits, int channels, int width) {
        this.bits = bits;
        this.channels = channels;
        this.width = width;
    }

    /** @return [channels, samples] */
    long[][] next() throws IOException {
        int start = bits.place();
        require(bits.read(15) == SYNCHRONIZED, "a frame is missing at byte " + start);
        bits.read(1);
        int sizeCode = (int) bits.read(4);
        int rateCode = (int) bits.read(4);
        int arrangement = (int) bits.read(4);
        int widthCode = (int) bits.read(3);
        require(bits.read(1) == 0 && rateCode != 15, "a frame's head is broken");
        require((arrangement <= MIDDLE_AND_SIDE ? arrangement < LEFT_AND_SIDE ? arrangement + 1 : 2 : 0) == channels, "a frame has other channels");
        require(widthCode == 0 || new int[] {0, 8, 12, 0, 16, 20, 24, 32}[widthCode] == width, "a frame's samples have another width");
        passNumber();
        int size = size(sizeCode);
        bits.read(rateCode == 12 ? 8 : rateCode > 12 ? 16 : 0);
        bits.read(8); // the head's own sum, which the frame's covers
        var samples = new long[channels][];
        for (int channel = 0; channel < channels; channel++) {
            boolean side = channel == 1 && (arrangement == LEFT_AND_SIDE || arrangement == MIDDLE_AND_SIDE) || channel == 0 && arrangement == SIDE_AND_RIGHT;
            samples[channel] = channel(size, side ? width + 1 : width);
        }
        bits.align();
        int sum = bits.sum(start);
        require(bits.read(16) == sum, "a frame's check sum is wrong");
        if (arrangement >= LEFT_AND_SIDE) {
            separate(samples[0], samples[1], arrangement);
        }
        return samples;
    }

    /** The frame's number, written as UTF-8 writes a character. */
    private void passNumber() throws IOException {
        int first = (int) bits.read(8);
        int following = Integer.numberOfLeadingZeros(~(first << 24)) - 1;
        require(following != 0 && following < 7, "a frame's number is broken");
        for (int i = 0; i < following; i++) {
            bits.read(8);
        }
    }

    private int size(int code) throws IOException {
        require(code != 0, "a frame's size is broken");
        return switch (code) {
            case 1 -> 192;
            case 2, 3, 4, 5 -> 144 << code;
            case 6 -> (int) bits.read(8) + 1;
            case 7 -> (int) bits.read(16) + 1;
            default -> 1 << code;
        };
    }

    private long[] channel(int size, int fullWidth) throws IOException {
        require(bits.read(1) == 0, "a channel is missing");
        int type = (int) bits.read(6);
        int wasted = bits.read(1) == 0 ? 0 : bits.unary() + 1; // lowest bits that are zero in all samples
        int width = fullWidth - wasted;
        require(width > 0, "a channel has no bits");
        var samples = new long[size];
        if (type == 0) {
            Arrays.fill(samples, bits.signed(width));
        } else if (type == 1) {
            for (int i = 0; i < size; i++) {
                samples[i] = bits.signed(width);
            }
        } else if (type >= 8 && type <= 12) {
            begin(samples, type - 8, width);
            residuals(samples, type - 8);
            predict(samples, POLYNOMIALS[type - 8], 0);
        } else {
            require(type >= 32, "a channel is of a type that there is not");
            int order = type - 31;
            begin(samples, order, width);
            int precision = (int) bits.read(4) + 1;
            int shift = (int) bits.signed(5);
            require(precision < 16 && shift >= 0, "a channel's predictor is broken");
            var coefficients = new int[order];
            for (int i = 0; i < order; i++) {
                coefficients[i] = (int) bits.signed(precision);
            }
            residuals(samples, order);
            predict(samples, coefficients, shift);
        }
        for (int i = 0; i < size; i++) {
            samples[i] <<= wasted;
        }
        return samples;
    }

    private void begin(long[] samples, int order, int width) throws IOException {
        require(order <= samples.length, "a channel is shorter than its beginning");
        for (int i = 0; i < order; i++) {
            samples[i] = bits.signed(width);
        }
    }

    /** What the samples after the first {@code order} differ by from what is guessed; in partitions, each with its own Rice code. */
    private void residuals(long[] samples, int order) throws IOException {
        int method = (int) bits.read(2);
        require(method < 2, "a channel's code is of a type that there is not");
        int parameterWidth = 4 + method;
        int partitions = 1 << bits.read(4);
        int length = samples.length / partitions;
        require(length * partitions == samples.length && length >= order, "a channel's partitions are broken");
        int at = order;
        for (int partition = 1; partition <= partitions; partition++) {
            int parameter = (int) bits.read(parameterWidth);
            boolean plain = parameter == (1 << parameterWidth) - 1;
            int width = plain ? (int) bits.read(5) : 0;
            for (; at < partition * length; at++) {
                if (plain) {
                    samples[at] = bits.signed(width);
                } else {
                    long folded = (long) bits.unary() << parameter | bits.read(parameter);
                    samples[at] = folded >>> 1 ^ -(folded & 1);
                }
            }
        }
    }

    /** From what differs to the samples. */
    private static void predict(long[] samples, int[] coefficients, int shift) {
        for (int i = coefficients.length; i < samples.length; i++) {
            long sum = 0;
            for (int j = 0; j < coefficients.length; j++) {
                sum += coefficients[j] * samples[i - 1 - j];
            }
            samples[i] += sum >> shift;
        }
    }

    /** Two channels of which one was stored as a difference. */
    private static void separate(long[] first, long[] second, int arrangement) {
        for (int i = 0; i < first.length; i++) {
            switch (arrangement) {
                case LEFT_AND_SIDE -> second[i] = first[i] - second[i];
                case SIDE_AND_RIGHT -> first[i] += second[i];
                default -> {
                    long doubled = first[i] << 1 | second[i] & 1;
                    first[i] = doubled + second[i] >> 1;
                    second[i] = doubled - second[i] >> 1;
                }
            }
        }
    }

    private static void require(boolean right, String what) throws IOException {
        if (!right) {
            throw new IOException(what);
        }
    }
}
