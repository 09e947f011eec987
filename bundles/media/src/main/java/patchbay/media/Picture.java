package patchbay.media;

/**
 * A picture, or one frame of a moving one.
 *
 * @param pixels [height, width, 4] bytes: red, green, blue as sRGB has them, and alpha, by which the colours are not multiplied
 */
public record Picture(int width, int height, byte[] pixels) {

    public static final int WHITE = 0xffffff;
    private static final int COLOURS = 3;
    private static final int CHANNELS = 4;

    public Picture {
        if (width < 1 || height < 1 || pixels.length != CHANNELS * (long) width * height) {
            throw new IllegalArgumentException("%d × %d pixels and %d bytes of them".formatted(width, height, pixels.length));
        }
    }

    /**
     * As an encoder takes it: its transparent parts laid over {@code background}, then squeezed or stretched by {@link Resizing}.
     *
     * @param background {@code 0xrrggbb}
     * @return [3, height, width], from 0 to 1
     */
    public float[] planes(int height, int width, int background) {
        var planes = new float[COLOURS * height * width];
        var resizing = new Resizing(this.height, this.width, height, width);
        for (int colour = 0; colour < COLOURS; colour++) {
            resizing.apply(plane(colour, background >> 8 * (COLOURS - 1 - colour) & 0xff), planes, colour * width * height);
        }
        return planes;
    }

    /** One colour, over {@code behind}: [height, width]. */
    private float[] plane(int colour, int behind) {
        var plane = new float[width * height];
        for (int i = 0; i < plane.length; i++) {
            int alpha = pixels[CHANNELS * i + COLOURS] & 0xff;
            int value = pixels[CHANNELS * i + colour] & 0xff;
            plane[i] = (alpha * value + (255 - alpha) * behind) / (255f * 255f);
        }
        return plane;
    }

    /**
     * Upright, from how EXIF says that it was stored: 2 to 4 mirrored in one direction or both,
     * 5 to 8 transposed, and then as 1 to 4.
     */
    Picture upright(int orientation) {
        if (orientation == Exif.UPRIGHT) {
            return this;
        }
        boolean transposed = orientation >= 5;
        boolean fromRight = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
        boolean fromBottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        int newWidth = transposed ? height : width;
        int newHeight = transposed ? width : height;
        var turned = new byte[pixels.length];
        for (int y = 0; y < newHeight; y++) {
            for (int x = 0; x < newWidth; x++) {
                int column = transposed ? y : x;
                int row = transposed ? x : y;
                int from = (fromBottom ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column);
                System.arraycopy(pixels, CHANNELS * from, turned, CHANNELS * (y * newWidth + x), CHANNELS);
            }
        }
        return new Picture(newWidth, newHeight, turned);
    }
}
