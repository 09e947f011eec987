package patchbay.media;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadataNode;

/** Small files of all formats: made here where the JDK can, else made with webp, flac, vorbis-tools and lame. */
final class Samples {

    private Samples() {
    }

    static byte[] resource(String name) {
        try (var stream = Samples.class.getResourceAsStream(name)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] of(MediaType type) {
        return switch (type) {
            case PNG, JPEG, GIF, WEBP -> picture(type);
            case WAV -> wav(1, 16, 8000, new double[][] {tone(440, 8000, 400), tone(880, 8000, 400)});
            case FLAC -> resource("tones.flac");
            case VORBIS -> resource("tones.ogg");
            case MP3 -> resource("tones.mp3");
        };
    }

    static byte[] picture(MediaType type) {
        return switch (type) {
            case PNG -> encode(gradient(BufferedImage.TYPE_INT_ARGB), "png");
            case JPEG -> turnedJpeg(gradient(BufferedImage.TYPE_INT_RGB), 6, ByteOrder.LITTLE_ENDIAN);
            case GIF -> animatedGif();
            case WEBP -> resource("lossy-alpha.webp");
            default -> throw new IllegalArgumentException(type.toString());
        };
    }

    /** 24 × 16: red grows to the right, green downwards. */
    static BufferedImage gradient(int type) {
        var image = new BufferedImage(24, 16, type);
        for (int y = 0; y < 16; y++) {
            for (int x = 0; x < 24; x++) {
                image.setRGB(x, y, 0xff000040 | x * 10 << 16 | y * 15 << 8);
            }
        }
        return image;
    }

    static byte[] encode(BufferedImage image, String format) {
        var bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, bytes)) {
                throw new IllegalArgumentException("nothing writes " + image + " as " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** 8 × 8 pixels of four numbers each. */
    static byte[] cmykJpeg() {
        var bytes = new ByteArrayOutputStream();
        var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (var stream = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(stream);
            writer.write(new IIOImage(Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 8, 8, 4, null), null, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** A PNG with one more chunk after its first. */
    static byte[] withChunk(byte[] png, String name, byte[] contents) {
        int first = 33; // the signature, and IHDR
        var sum = new CRC32();
        sum.update(name.getBytes(StandardCharsets.US_ASCII));
        sum.update(contents);
        return ByteBuffer.allocate(png.length + 12 + contents.length).put(png, 0, first).putInt(contents.length).put(name.getBytes(StandardCharsets.US_ASCII))
                .put(contents).putInt((int) sum.getValue()).put(png, first, png.length - first).array();
    }

    /** With an EXIF block that has the tag of the orientation after another one. */
    static byte[] turnedJpeg(BufferedImage image, int orientation, ByteOrder order) {
        var jpeg = encode(image, "jpeg");
        int length = 2 + 6 + 8 + 2 + 2 * 12 + 4;
        var exif = ByteBuffer.allocate(2 + length).putShort((short) 0xffe1).putShort((short) length).put("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
        exif.put((order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM").getBytes(StandardCharsets.US_ASCII)).order(order).putShort((short) 42).putInt(8).putShort((short) 2);
        exif.putShort((short) 0x0100).putShort((short) 3).putInt(1).putShort((short) 640).putShort((short) 0);
        exif.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) orientation).putShort((short) 0).putInt(0);
        return ByteBuffer.allocate(jpeg.length + exif.capacity()).put(jpeg, 0, 2).put(exif.array()).put(jpeg, 2, jpeg.length - 2).array();
    }

    /** 4 × 4 pixels, four frames: all red; green at (1, 1) to (2, 2), then restored; blue at (3, 3), then cleared; a transparent one at (0, 0). */
    static byte[] animatedGif() {
        var palette = new IndexColorModel(2, 4, new int[] {0xffff0000, 0xff00ff00, 0xff0000ff, 0}, 0, true, 3, 0);
        var bytes = new ByteArrayOutputStream();
        var writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (var stream = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(stream);
            writer.prepareWriteSequence(null);
            writer.writeToSequence(frame(writer, palette, 0, 4, 0, "none"), null);
            writer.writeToSequence(frame(writer, palette, 1, 2, 1, "restoreToPrevious"), null);
            writer.writeToSequence(frame(writer, palette, 2, 1, 3, "restoreToBackgroundColor"), null);
            writer.writeToSequence(frame(writer, palette, 3, 1, 0, "none"), null);
            writer.endWriteSequence();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static IIOImage frame(ImageWriter writer, IndexColorModel palette, int colour, int size, int place, String disposal) throws IOException {
        var image = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_INDEXED, palette);
        var colours = new int[size * size];
        Arrays.fill(colours, colour);
        image.getRaster().setSamples(0, 0, size, size, 0, colours);
        var metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), null);
        var root = (IIOMetadataNode) metadata.getAsTree("javax_imageio_gif_image_1.0");
        var descriptor = (IIOMetadataNode) root.getElementsByTagName("ImageDescriptor").item(0);
        descriptor.setAttribute("imageLeftPosition", Integer.toString(place));
        descriptor.setAttribute("imageTopPosition", Integer.toString(place));
        descriptor.setAttribute("interlaceFlag", "FALSE");
        ((IIOMetadataNode) root.getElementsByTagName("GraphicControlExtension").item(0)).setAttribute("disposalMethod", disposal);
        metadata.setFromTree("javax_imageio_gif_image_1.0", root);
        return new IIOImage(image, null, metadata);
    }

    static double[] tone(double hertz, int rate, int samples) {
        var tone = new double[samples];
        Arrays.setAll(tone, i -> 0.5 * Math.sin(2 * Math.PI * hertz * i / rate));
        return tone;
    }

    /** @param format 1 for integers, 3 for floats */
    static byte[] wav(int format, int bits, int rate, double[][] channels) {
        int frame = channels.length * bits / 8;
        int size = channels[0].length * frame;
        var file = ByteBuffer.allocate(44 + size).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + size).put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        file.putShort((short) format).putShort((short) channels.length).putInt(rate).putInt(rate * frame).putShort((short) frame).putShort((short) bits);
        file.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(size);
        for (int i = 0; i < channels[0].length; i++) {
            for (var channel : channels) {
                if (format == 3) {
                    switch (bits) {
                        case 32 -> file.putFloat((float) channel[i]);
                        default -> file.putDouble(channel[i]);
                    }
                } else {
                    long value = Math.round(channel[i] * ((1L << bits - 1) - 1)) + (bits == 8 ? 128 : 0);
                    for (int shift = 0; shift < bits; shift += 8) {
                        file.put((byte) (value >> shift));
                    }
                }
            }
        }
        return file.array();
    }

    /** Writes the right check sums into the pages of an Ogg file, as far as there are pages. */
    static void repairPages(byte[] file) {
        int at = 0;
        while (at + 27 <= file.length && file[at] == 'O' && file[at + 1] == 'g') {
            int segments = file[at + 26] & 0xff;
            int end = at + 27 + segments;
            for (int i = at + 27; i < Math.min(file.length, at + 27 + segments); i++) {
                end += file[i] & 0xff;
            }
            if (end > file.length) {
                return;
            }
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 22, 0).putInt(at + 22, checkSum(file, at, end));
            at = end;
        }
    }

    /** RFC 3533: the polynomial 0x04c11db7, neither turned around nor over. */
    private static int checkSum(byte[] file, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i++) {
            sum ^= file[i] << 24;
            for (int bit = 0; bit < 8; bit++) {
                sum = sum << 1 ^ (sum < 0 ? 0x04c11db7 : 0);
            }
        }
        return sum;
    }
}
