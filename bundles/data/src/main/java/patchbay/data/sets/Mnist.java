package patchbay.data.sets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import patchbay.tensor.UserError;

/** Handwritten digits, read as they are asked for from files of LeCun's format idx. */
public final class Mnist {

    /** Rows and columns of a picture. */
    public static final int SIDE = 28;
    private static final int IMAGES = 2051; // unsigned bytes in three dimensions
    private static final int LABELS = 2049; // in one
    private static final int IMAGES_HEAD = 16;
    private static final int LABELS_HEAD = 8;

    /**
     * @param pixels [28, 28], row by row; 0 is paper, 255 ink
     * @param label the digit, 0 to 9
     */
    public record Digit(byte[] pixels, int label) {
    }

    private final ByteBuffer images;
    private final ByteBuffer labels;

    private Mnist(Path folder, String name) {
        images = map(folder.resolve(name + "-images-idx3-ubyte"), IMAGES, IMAGES_HEAD, SIDE * SIDE);
        labels = map(folder.resolve(name + "-labels-idx1-ubyte"), LABELS, LABELS_HEAD, 1);
        if (images.getInt(4) != labels.getInt(4)) {
            throw new UserError("MNIST in %s has %,d pictures and %,d labels".formatted(folder, images.getInt(4), labels.getInt(4)));
        }
    }

    /** The 60,000 to train on. @throws UserError if they are not in {@code cache}, or broken */
    public static Mnist training(DataCache cache) {
        return new Mnist(cache.require("mnist"), "train");
    }

    /** The 10,000 to test with. */
    public static Mnist test(DataCache cache) {
        return new Mnist(cache.require("mnist"), "t10k");
    }

    private static ByteBuffer map(Path file, int magic, int head, int size) {
        try (var channel = FileChannel.open(file)) {
            var bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            if (bytes.limit() < head || bytes.getInt(0) != magic || bytes.getInt(4) * (long) size != bytes.limit() - head
                    || magic == IMAGES && (bytes.getInt(8) != SIDE || bytes.getInt(12) != SIDE)) {
                throw new UserError(file + " is not the file of MNIST that it is called after");
            }
            return bytes;
        } catch (IOException e) {
            throw Stored.unreadable(file, e);
        }
    }

    public int size() {
        return images.getInt(4);
    }

    /** @param index from 0 */
    public Digit digit(int index) {
        var pixels = new byte[SIDE * SIDE];
        images.get(IMAGES_HEAD + index * pixels.length, pixels);
        return new Digit(pixels, labels.get(LABELS_HEAD + index));
    }
}
