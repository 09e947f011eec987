package patchbay.contract;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Small files for tests of what reads pictures. */
public final class PictureFiles {

    private PictureFiles() {}

    /** Pictures of noise and of one disc as PNG, in several sizes, all different. */
    public static List<byte[]> examples() {
        return List.of(noise(1, 9, 9), disc(Color.RED, 32), noise(2, 20, 13), disc(Color.BLUE, 16));
    }

    private static byte[] noise(long seed, int width, int height) {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        var random = new Random(seed);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, random.nextInt(1 << 24));
        }
        return file(image);
    }

    /** A transparent picture with a disc in its middle. */
    private static byte[] disc(Color colour, int size) {
        var image = new BufferedImage(size, size, BufferedImage.TYPE_INT_ARGB);
        var graphics = image.createGraphics();
        graphics.setColor(colour);
        graphics.fillOval(size / 4, size / 4, size / 2, size / 2);
        graphics.dispose();
        return file(image);
    }

    private static byte[] file(BufferedImage image) {
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes all that is written", e);
        }
        return bytes.toByteArray();
    }
}
