package patchbay.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * FLAC (RFC 9639), decoded here: the library that there is in pure Java (jFLAC) writes to standard output, takes all lengths for true and checks no sum over
 * the sound.
 */
final class FlacFile {

    private static final int MARK = 4;
    private static final int BLOCK_HEAD = 4;
    private static final int STREAM_INFO = 34;
    private static final int FACTS = MARK + BLOCK_HEAD + 10;
    private static final int SUM = FACTS + 8;

    private FlacFile() {
    }

    static Sound read(byte[] bytes, Limits limits) throws IOException {
        var file = ByteBuffer.wrap(bytes);
        if ((file.getInt(MARK) & 0x7fffffff) != STREAM_INFO) { // type 0, and its length
            throw new IOException("its first block is not STREAMINFO");
        }
        var bits = new FlacBits(bytes, afterBlocks(file));
        long facts = file.getLong(FACTS); // rate: 20 bits, channels: 3, bits: 5, length: 36
        int rate = (int) (facts >>> 44);
        int channels = 1 + (int) (facts >>> 41 & 7);
        int width = 1 + (int) (facts >>> 36 & 31);
        long length = facts & 0xfffffffffL; // 0: the encoder did not know
        SoundReader.check(channels, rate);
        limits.checkSamples(length * channels);
        var list = new SampleList(channels, limits);
        var frames = new FlacFrames(bits, channels, width);
        var digest = digest();
        while (length == 0 ? !bits.atEnd() : list.length() < length) {
            append(frames.next(), width, list, digest);
        }
        var sum = Arrays.copyOfRange(bytes, SUM, SUM + 16);
        if (!Arrays.equals(sum, new byte[16]) && !Arrays.equals(sum, digest.digest())) {
            throw new IOException("its samples do not have the MD5 sum that it declares");
        }
        return list.sound(rate, 0, list.length());
    }

    /** Where the sound begins. */
    private static int afterBlocks(ByteBuffer file) throws IOException {
        int at = MARK;
        for (boolean last = false; !last;) {
            int head = file.getInt(at);
            int length = head & 0xffffff;
            last = head < 0;
            at += BLOCK_HEAD + length;
            if (at > file.limit()) {
                throw new IOException("one of its blocks declares %,d bytes, %,d more than there are".formatted(length, at - file.limit()));
            }
        }
        return at;
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }

    /** @param frame [channels, samples] */
    private static void append(long[][] frame, int width, SampleList list, MessageDigest digest) throws IOException {
        int start = list.length();
        int count = frame[0].length;
        list.grow(count);
        double scale = Math.scalb(1.0, 1 - width);
        int size = (width + 7) / 8;
        var bytes = ByteBuffer.allocate(count * frame.length * size); // as they are summed: interleaved, the lowest byte first
        for (int i = 0; i < count; i++) {
            for (int channel = 0; channel < frame.length; channel++) {
                long sample = frame[channel][i];
                list.set(channel, start + i, (float) (sample * scale));
                for (int shift = 0; shift < 8 * size; shift += 8) {
                    bytes.put((byte) (sample >> shift));
                }
            }
        }
        digest.update(bytes.array());
    }
}
