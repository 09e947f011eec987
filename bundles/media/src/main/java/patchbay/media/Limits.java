package patchbay.media;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import patchbay.tensor.UserError;

/**
 * How much is read at most. A file that declares more is refused before memory is taken for what it declares.
 *
 * @param bytes of a file
 * @param pixels of a picture, or of all the frames together that are asked for
 * @param samples of a sound, of all its channels together
 */
public record Limits(long bytes, long pixels, long samples) {

    /** 256 MiB of file; 2^25 pixels, as of 6,700 × 5,000, which take half a GiB while they are decoded; 2^27 samples, as of 50 minutes at 44.1 kHz. */
    public static Limits standard() {
        return new Limits(1L << 28, 1L << 25, 1L << 27);
    }

    byte[] read(Path file) {
        try {
            long size = Files.size(file);
            if (size > bytes) {
                throw new UserError("%s has %,d bytes; at most %,d are read".formatted(file, size, bytes));
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": " + (Files.exists(file) ? e.getMessage() : "there is no such file"), e);
        }
    }

    void checkPixels(long declared) throws IOException {
        if (declared > pixels) {
            throw new IOException("it declares %,d pixels; at most %,d are read".formatted(declared, pixels));
        }
    }

    void checkSamples(long declared) throws IOException {
        if (declared > samples) {
            throw new IOException("it declares %,d samples; at most %,d are read".formatted(declared, samples));
        }
    }
}
