package patchbay.media;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A file bit by bit, the highest of each byte first. */
final class FlacBits {

    private static final int SURE = 57; // bits of a long that begins inside of a byte

    private final ByteBuffer file; // with zeros after it, so that a long can be read at every byte
    private final long end;
    private long bit;

    FlacBits(byte[] file, int start) {
        this.file = ByteBuffer.wrap(Arrays.copyOf(file, file.length + Long.BYTES));
        this.end = 8L * file.length;
        this.bit = 8L * start;
    }

    boolean atEnd() {
        return bit >= end;
    }

    /** @param width from 0 to 57 */
    long read(int width) throws IOException {
        long value = width == 0 ? 0 : window() >>> Long.SIZE - width;
        skip(width);
        return value;
    }

    /** In two's complement. */
    long signed(int width) throws IOException {
        long value = width == 0 ? 0 : window() >> Long.SIZE - width;
        skip(width);
        return value;
    }

    /** How many zeros there are before a one. */
    int unary() throws IOException {
        int zeros = 0;
        int next = Long.numberOfLeadingZeros(window());
        while (next >= SURE) {
            skip(SURE);
            zeros += SURE;
            next = Long.numberOfLeadingZeros(window());
        }
        skip(next + 1);
        return zeros + next;
    }

    /** To the next byte, if this is not its first bit. */
    void align() {
        bit = bit + 7 & ~7L;
    }

    /** The byte that is next. */
    int place() {
        return (int) (bit >> 3);
    }

    /** The check sum of the bytes from {@code from} to the next one: RFC 9639, 9.3, x^16 + x^15 + x^2 + 1. */
    int sum(int from) {
        int sum = 0;
        for (int at = from; at < place(); at++) {
            sum ^= (file.get(at) & 0xff) << 8;
            for (int i = 0; i < 8; i++) {
                sum = sum << 1 ^ ((sum & 0x8000) == 0 ? 0 : 0x8005);
            }
        }
        return sum & 0xffff;
    }

    private long window() {
        return file.getLong(place()) << (bit & 7);
    }

    private void skip(int width) throws IOException {
        bit += width;
        if (bit > end) {
            throw new EOFException("it ends early");
        }
    }
}
