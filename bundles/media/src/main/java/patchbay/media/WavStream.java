package patchbay.media;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import patchbay.tensor.UserError;

/** A WAV file that arrives in parts, as an encoder takes it: its parts together are {@link Sound#mono(int)} of the whole. */
public final class WavStream {

    private static final int FILE_HEAD = 12;
    private static final int CHUNK_HEAD = 8;
    /** What comes before the samples must end by then. */
    private static final int LONGEST_HEAD = 1 << 16;

    private final int rate;
    private final String name;
    private final SoundReader reader;
    private ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private Optional<byte[]> head = Optional.empty();
    private long left;
    private int frame;
    private boolean some;
    private Optional<Resampler.Arriving> resampler = Optional.empty();

    /**
     * @param rate samples a second that it is brought to
     * @param name what an error calls it
     */
    public WavStream(int rate, String name, Limits limits) {
        this.rate = rate;
        this.name = name;
        this.reader = new SoundReader(limits);
    }

    /**
     * @return samples that are told by what has come: the mean of all channels
     * @throws UserError if it is no WAV file
     */
    public float[] read(byte[] part) {
        waiting.writeBytes(part);
        if (head.isEmpty()) {
            head = head(waiting.toByteArray());
        }
        if (head.isEmpty()) {
            return new float[0];
        }
        var bytes = waiting.toByteArray();
        int whole = (int) (Math.min(bytes.length, left) / frame * frame);
        keep(bytes, whole);
        left -= whole;
        some |= whole > 0;
        if (whole == 0) {
            return new float[0];
        }
        var sound = reader.read(file(bytes, whole), name);
        if (resampler.isEmpty()) {
            resampler = Optional.of(new Resampler(sound.rate(), rate).arriving());
        }
        return resampler.get().read(sound.mono());
    }

    /**
     * @return the last samples
     * @throws UserError if some are missing
     */
    public float[] end() {
        if (!some || left >= frame) {
            throw new UserError(name + (some ? " is a WAV file that ends early: %,d bytes of its samples are missing".formatted(left - waiting.size()) : " has no samples"));
        }
        return resampler.orElseThrow().end();
    }

    private void keep(byte[] bytes, int from) {
        waiting = new ByteArrayOutputStream();
        waiting.write(bytes, from, bytes.length - from);
    }

    /** What comes before the samples, once it is there; the samples alone are then waiting. */
    private Optional<byte[]> head(byte[] bytes) {
        var file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length >= FILE_HEAD && !(text(bytes, 0).equals("RIFF") && text(bytes, 8).equals("WAVE"))) {
            throw new UserError(name + " is no WAV file, the only kind of sound that can arrive in parts");
        }
        long at = FILE_HEAD;
        while (at + CHUNK_HEAD <= bytes.length) {
            long length = Integer.toUnsignedLong(file.getInt((int) at + 4));
            at += CHUNK_HEAD;
            if (text(bytes, (int) at - CHUNK_HEAD).equals("data")) {
                left = length;
                keep(bytes, (int) at);
                var found = Arrays.copyOf(bytes, (int) at);
                frame = frame(found);
                return Optional.of(found);
            }
            at += length + (length & 1);
        }
        if (at > LONGEST_HEAD) {
            throw new UserError(name + " is a WAV file with no samples in its first " + LONGEST_HEAD + " bytes");
        }
        return Optional.empty();
    }

    /** Bytes of one sample of all channels. */
    private int frame(byte[] found) {
        var file = ByteBuffer.wrap(found).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = FILE_HEAD; at + CHUNK_HEAD < found.length; at += CHUNK_HEAD + file.getInt(at + 4) + (file.getInt(at + 4) & 1)) {
            if (text(found, at).equals("fmt ") && file.getInt(at + 4) >= 16) {
                int format = at + CHUNK_HEAD;
                int channels = Short.toUnsignedInt(file.getShort(format + 2));
                int bytes = Short.toUnsignedInt(file.getShort(format + 14)) / 8;
                if (channels * bytes > 0) {
                    return channels * bytes;
                }
            }
        }
        throw new UserError(name + " is a WAV file that does not say what its samples are before they begin");
    }

    /** A file of some of the samples. */
    private byte[] file(byte[] bytes, int length) {
        var start = head.orElseThrow();
        var file = ByteBuffer.allocate(start.length + length).order(ByteOrder.LITTLE_ENDIAN).put(start).put(bytes, 0, length);
        return file.putInt(4, start.length + length - CHUNK_HEAD).putInt(start.length - 4, length).array();
    }

    private static String text(byte[] bytes, int at) {
        return new String(bytes, at, 4, StandardCharsets.ISO_8859_1);
    }
}
