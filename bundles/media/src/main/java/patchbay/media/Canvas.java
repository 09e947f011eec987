package patchbay.media;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.util.Arrays;

/** On which the frames of a moving picture are laid one after the other; a still one has a single frame. */
final class Canvas {

    private static final int OPAQUE = 0xff000000;

    private final int width;
    private final int height;
    private int[] seen; // [height, width] of 0xaarrggbb, transparent at first

    Canvas(int width, int height) {
        this.width = width;
        this.height = height;
        this.seen = new int[width * height];
    }

    /** Draws a frame, and takes it away again for the next one as it wishes. */
    Picture show(BufferedImage image, PictureLayout.Frame frame) {
        var before = frame.disposal() == PictureLayout.Disposal.RESTORE ? seen.clone() : seen;
        draw(colours(image, frame.opaque()), frame);
        var picture = new Picture(width, height, bytes());
        switch (frame.disposal()) {
            case KEEP -> { }
            case RESTORE -> seen = before;
            case CLEAR -> {
                for (int row = frame.y(); row < Math.min(height, frame.y() + frame.height()); row++) {
                    int start = row * width + Math.min(width, frame.x());
                    Arrays.fill(seen, start, Math.max(start, row * width + Math.min(width, frame.x() + frame.width())), 0);
                }
            }
        }
        return picture;
    }

    private void draw(int[] colours, PictureLayout.Frame frame) {
        for (int row = 0; row < frame.height() && frame.y() + row < height; row++) {
            for (int column = 0; column < frame.width() && frame.x() + column < width; column++) {
                int at = (frame.y() + row) * width + frame.x() + column;
                int above = colours[row * frame.width() + column];
                seen[at] = frame.blend() ? over(above, seen[at]) : above;
            }
        }
    }

    /** Porter and Duff's operator of that name (1984), for colours that are not multiplied by their alpha. */
    private static int over(int above, int below) {
        int alpha = above >>> 24;
        if (alpha == 0xff || below >>> 24 == 0) {
            return above;
        }
        if (alpha == 0) {
            return below;
        }
        double share = (below >>> 24) * (255 - alpha) / 255.0;
        double sum = alpha + share;
        int mixed = (int) Math.round(sum) << 24;
        for (int shift = 0; shift < 24; shift += 8) {
            mixed |= (int) Math.round(((above >> shift & 0xff) * alpha + (below >> shift & 0xff) * share) / sum) << shift;
        }
        return mixed;
    }

    /** [height, width] of 0xaarrggbb. */
    private static int[] colours(BufferedImage image, boolean opaque) {
        var model = image.getColorModel();
        int[] colours;
        if (model.getColorSpace().getType() == ColorSpace.TYPE_GRAY && !(model instanceof IndexColorModel)) {
            colours = grey(image);
        } else if (model.getColorSpace().isCS_sRGB()) {
            colours = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        } else {
            var converted = new ColorConvertOp(null).filter(image, new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_ARGB));
            colours = converted.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        }
        if (opaque) {
            for (int i = 0; i < colours.length; i++) {
                colours[i] |= OPAQUE;
            }
        }
        return colours;
    }

    /** As the file has it: Java takes grey for linear light, and would brighten it. */
    private static int[] grey(BufferedImage image) {
        var raster = image.getRaster();
        int shift = raster.getDataBuffer().getDataType() == DataBuffer.TYPE_USHORT ? 8 : 0;
        boolean alpha = raster.getNumBands() > 1;
        var row = new int[raster.getWidth() * raster.getNumBands()];
        var colours = new int[raster.getWidth() * raster.getHeight()];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, raster.getWidth(), 1, row);
            for (int x = 0; x < raster.getWidth(); x++) {
                int value = row[x * raster.getNumBands()] >> shift;
                colours[y * raster.getWidth() + x] = (alpha ? row[2 * x + 1] >> shift << 24 : OPAQUE) | value << 16 | value << 8 | value;
            }
        }
        return colours;
    }

    private byte[] bytes() {
        var bytes = new byte[4 * seen.length];
        for (int i = 0; i < seen.length; i++) {
            bytes[4 * i] = (byte) (seen[i] >> 16);
            bytes[4 * i + 1] = (byte) (seen[i] >> 8);
            bytes[4 * i + 2] = (byte) seen[i];
            bytes[4 * i + 3] = (byte) (seen[i] >> 24);
        }
        return bytes;
    }
}
