package patchbay.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * What a picture's file declares about itself, found without decoding any of it.
 *
 * @param width of the canvas
 * @param height of the canvas
 * @param orientation by EXIF, 1 to 8; 1 is upright
 */
record PictureLayout(int width, int height, List<Frame> frames, int orientation) {

    /** What becomes of a frame's place before the next one is drawn. */
    enum Disposal { KEEP, CLEAR, RESTORE }

    /**
     * One of an animation's pictures, which may cover a part of the canvas alone.
     *
     * @param blend whether it is drawn over what is there; else it replaces that
     * @param opaque whether there is no alpha in it, whatever the decoder says
     */
    record Frame(int x, int y, int width, int height, boolean blend, Disposal disposal, boolean opaque) {

        static Frame whole(int width, int height, boolean opaque) {
            return new Frame(0, 0, width, height, false, Disposal.KEEP, opaque);
        }
    }

    static PictureLayout still(int width, int height, int orientation) {
        return new PictureLayout(width, height, List.of(Frame.whole(width, height, false)), orientation);
    }

    /** Pixels of memory that the first {@code count} frames take. */
    long pixels(int count) {
        return (long) width * height * count + frames.stream().limit(count).mapToLong(frame -> (long) frame.width * frame.height).sum();
    }

    /** @throws IOException if the file contradicts its format, or ends before it should */
    static PictureLayout of(byte[] file, MediaType type) throws IOException {
        var big = ByteBuffer.wrap(file).asReadOnlyBuffer();
        var little = big.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        try {
            var layout = switch (type) {
                case PNG -> PngFile.layout(big);
                case JPEG -> JpegFile.layout(big);
                case GIF -> GifFile.layout(little);
                case WEBP -> WebPFile.layout(little);
                case WAV, FLAC, VORBIS, MP3 -> throw new IllegalArgumentException(type + " is no picture");
            };
            if (layout.width <= 0 || layout.height <= 0 || layout.frames.isEmpty()) {
                throw new IOException("it declares %d × %d pixels in %d frames".formatted(layout.width, layout.height, layout.frames.size()));
            }
            return layout;
        } catch (IndexOutOfBoundsException e) { // the buffer's own
            throw new IOException("it ends early", e);
        }
    }
}
