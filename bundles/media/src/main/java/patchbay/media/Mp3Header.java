package patchbay.media;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The four bytes that a frame of layer III begins with.
 *
 * @param first whether it is of MPEG 1, and not of the lower rates of 2 and 2.5
 * @param size bytes of the frame, these four included
 */
record Mp3Header(boolean first, int rate, int channels, int size, boolean checked) {

    private static final int[] RATES = {44_100, 48_000, 32_000};
    private static final int[] KILOBITS = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
    private static final int[] LOW_KILOBITS = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};

    /** Whether a file may begin so: synchronized, layer III, a rate, a bit rate. */
    static boolean is(int bits) {
        return bits >>> 21 == 0x7ff && (bits >>> 19 & 3) != 1 && (bits >>> 17 & 3) == 1 && (bits >>> 12 & 15) != 15 && (bits >>> 10 & 3) != 3;
    }

    static Mp3Header of(int bits) throws IOException {
        int kilobits = bits >>> 12 & 15;
        if (!is(bits) || kilobits == 0) { // 0 leaves a frame's length open
            throw new IOException("a frame begins with %08x, as none of layer III with a given bit rate does".formatted(bits));
        }
        int version = bits >>> 19 & 3; // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
        boolean first = version == 3;
        int rate = RATES[bits >>> 10 & 3] >> (first ? 0 : version == 2 ? 1 : 2);
        int size = (first ? 144_000 * KILOBITS[kilobits] : 72_000 * LOW_KILOBITS[kilobits]) / rate + (bits >>> 9 & 1);
        return new Mp3Header(first, rate, (bits >>> 6 & 3) == 3 ? 1 : 2, size, (bits >>> 16 & 1) == 0);
    }

    boolean joins(Mp3Header other) {
        return first == other.first && rate == other.rate && channels == other.channels;
    }

    /** Samples of each channel in a frame. */
    int samples() {
        return first ? 1152 : 576;
    }

    /** Where Xing's facts about the file are, in a frame at {@code at} that has them instead of sound; else 0. */
    int facts(ByteBuffer file, int at) {
        int side = first ? channels == 1 ? 17 : 32 : channels == 1 ? 9 : 17;
        int facts = at + Integer.BYTES + (checked ? Short.BYTES : 0) + side;
        int name = facts + Integer.BYTES <= file.limit() ? file.getInt(facts) : 0;
        return name == 0x58696e67 || name == 0x496e666f ? facts : 0; // "Xing", "Info"
    }
}
