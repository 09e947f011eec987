package patchbay.media;

import java.io.IOException;
import java.nio.file.Path;
import patchbay.tensor.UserError;

/**
 * Reads WAV (integers of 8 to 32 bits, floats, A-law and µ-law), FLAC, Ogg Vorbis (of a chain the first part) and MP3 (layer III; the silence that its
 * encoder put around the sound is taken away where LAME's tag tells its length).
 *
 * <p>JOrbis and JLayer decode the last two. They trust what a file declares, so its parts are walked through first, and they see nothing of its tags.
 * An MP3 without such a tag that is cut off just between two frames cannot be told from a shorter one.
 * Several threads may read at once.
 */
public final class SoundReader {

    static final int MOST_CHANNELS = 64;
    static final int HIGHEST_RATE = 768_000;

    private final Limits limits;

    public SoundReader(Limits limits) {
        this.limits = limits;
    }

    /** @throws UserError as {@link #read(byte[], String)}, or if there is no such file */
    public Sound read(Path file) {
        return read(limits.read(file), file.toString());
    }

    /**
     * @param name what an error calls it
     * @throws UserError if it is no sound, broken, or larger than the limits
     */
    public Sound read(byte[] file, String name) {
        var type = MediaType.of(file, name, MediaType.Kind.SOUND);
        try {
            return switch (type) {
                case WAV -> WavFile.read(file, limits);
                case FLAC -> FlacFile.read(file, limits);
                case VORBIS -> VorbisFile.read(file, limits);
                case MP3 -> Mp3File.read(file, limits);
                case PNG, JPEG, GIF, WEBP -> throw new IllegalArgumentException(type + " is no sound");
            };
        } catch (IndexOutOfBoundsException e) { // of a buffer's end, or a decoder's that was led astray
            throw Broken.error(name, type, new IOException("it ends early, or its parts do not fit together", e));
        } catch (IOException | RuntimeException e) { // a decoder's own words for what it cannot read
            throw Broken.error(name, type, e);
        }
    }

    /** @throws IOException unless a sound of so many channels, at this rate, can be had */
    static void check(int channels, long rate) throws IOException {
        if (channels < 1 || channels > MOST_CHANNELS || rate < 1 || rate > HIGHEST_RATE) {
            throw new IOException("it declares %d channels of %,d samples a second; at most %d of %,d are read".formatted(channels, rate, MOST_CHANNELS, HIGHEST_RATE));
        }
    }
}
