package patchbay.media;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;
import patchbay.tensor.UserError;

/**
 * Reads PNG, JPEG, GIF and WebP: grey, coloured, with a palette, with alpha, with 16 bits (of which the upper 8 are kept), moving (GIF and WebP; of
 * an animated PNG the still picture that it has for everybody), and turned as a camera's EXIF says. What is not there: JPEG in CMYK.
 *
 * <p>The JDK's own decoders and TwelveMonkeys' for WebP, without a display. Before one of them is asked, the file's parts are walked through, so that a
 * truncated or a lying file is refused in time. Several threads may read at once.
 */
public final class PictureReader {

    private final Limits limits;

    public PictureReader(Limits limits) {
        this.limits = limits;
    }

    /** @throws UserError as {@link #read(byte[], String)}, or if there is no such file */
    public Picture read(Path file) {
        return read(limits.read(file), file.toString());
    }

    /**
     * The picture, of a moving one its first frame.
     *
     * @param name what an error calls it
     * @throws UserError if it is no picture, broken, or larger than the limits
     */
    public Picture read(byte[] file, String name) {
        return frames(file, name, 1).getFirst();
    }

    /** All frames of a moving picture, each as it is seen, on the whole canvas; of any other its only one. */
    public List<Picture> frames(byte[] file, String name) {
        return frames(file, name, Integer.MAX_VALUE);
    }

    private List<Picture> frames(byte[] file, String name, int most) {
        var type = MediaType.of(file, name, MediaType.Kind.PICTURE);
        try {
            var layout = PictureLayout.of(file, type);
            int count = Math.min(most, layout.frames().size());
            limits.checkPixels(layout.pixels(count));
            return decode(file, type, layout, count);
        } catch (IOException | RuntimeException e) { // a decoder's own words for what it cannot read
            throw Broken.error(name, type, e);
        }
    }

    private static List<Picture> decode(byte[] file, MediaType type, PictureLayout layout, int count) throws IOException {
        var reader = decoder(type).createReaderInstance();
        try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(stream, false, true); // metadata may be packed bombs, and is not needed
            var canvas = new Canvas(layout.width(), layout.height());
            var pictures = new ArrayList<Picture>();
            for (int i = 0; i < count; i++) {
                var frame = layout.frames().get(i);
                requireSize(reader, i, frame);
                pictures.add(canvas.show(reader.read(i), frame).upright(layout.orientation()));
            }
            return pictures;
        } finally {
            reader.dispose();
        }
    }

    /** The decoder has read the same file: it must not have been led to something larger than what was checked. */
    private static void requireSize(ImageReader reader, int index, PictureLayout.Frame frame) throws IOException {
        if (reader.getWidth(index) != frame.width() || reader.getHeight(index) != frame.height()) {
            throw new IOException("it declares both %d × %d and %d × %d pixels".formatted(frame.width(), frame.height(), reader.getWidth(index), reader.getHeight(index)));
        }
    }

    /** The JDK hides its decoders' classes behind a registry; none but its own is taken from there. */
    private static ImageReaderSpi decoder(MediaType type) {
        if (type == MediaType.WEBP) {
            return new WebPImageReaderSpi();
        }
        var providers = IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, provider ->
                provider instanceof ImageReaderSpi spi && spi.getClass().getModule() == ImageIO.class.getModule()
                        && List.of(spi.getFormatNames()).contains(type.toString()), true);
        if (!providers.hasNext()) {
            throw new UserError("this JDK has no decoder of " + type + " (the module java.desktop)");
        }
        return providers.next();
    }
}
