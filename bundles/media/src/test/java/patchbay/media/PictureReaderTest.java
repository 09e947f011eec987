package patchbay.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.tensor.UserError;

class PictureReaderTest {

    private static final PictureReader READER = new PictureReader(Limits.standard());

    @TempDir
    Path folder;

    private static Picture read(byte[] file) {
        return READER.read(file, "x");
    }

    private static String error(byte[] file) {
        var message = assertThrows(UserError.class, () -> read(file)).getMessage();
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.startsWith("x "), message);
        return message;
    }

    private static int at(Picture picture, int x, int y) {
        return ByteBuffer.wrap(picture.pixels()).getInt(4 * (y * picture.width() + x)); // 0xrrggbbaa
    }

    private static int gradient(int x, int y, int blue, int alpha) {
        return x * 10 << 24 | y * 15 << 16 | blue << 8 | alpha;
    }

    private static void assertNear(int expected, int actual, int tolerance) {
        for (int shift = 0; shift < 32; shift += 8) {
            assertTrue(Math.abs((expected >>> shift & 0xff) - (actual >>> shift & 0xff)) <= tolerance, "%08x for %08x".formatted(actual, expected));
        }
    }

    @Test
    void losslessColoursAreExact() {
        var image = new BufferedImage(5, 3, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < 15; i++) {
            image.setRGB(i % 5, i / 5, i * 17 << 24 | i * 13 << 16 | 255 - i << 8 | i);
        }
        var picture = read(Samples.encode(image, "png"));
        assertEquals(5, picture.width());
        assertEquals(3, picture.height());
        for (int i = 0; i < 15; i++) {
            assertEquals(Integer.rotateLeft(image.getRGB(i % 5, i / 5), 8), at(picture, i % 5, i / 5));
        }
    }

    @Test
    void jpegIsNear() {
        var picture = read(Samples.encode(Samples.gradient(BufferedImage.TYPE_INT_RGB), "jpeg"));
        assertNear(gradient(7, 9, 64, 255), at(picture, 7, 9), 12);
        assertNear(gradient(20, 2, 64, 255), at(picture, 20, 2), 12);
    }

    @Test
    void inksAreNotTakenForLight() {
        assertTrue(error(Samples.cmykJpeg()).endsWith("its pixels have 4 numbers, as those in CMYK have; 1 (grey) and 3 (colours) are read"));
    }

    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY})
    void greyIsAsStored(int type) {
        var image = new BufferedImage(2, 1, type);
        image.getRaster().setSample(0, 0, 0, type == BufferedImage.TYPE_BYTE_GRAY ? 128 : 128 << 8 | 77);
        var picture = read(Samples.encode(image, "png"));
        assertEquals(0x808080ff, at(picture, 0, 0), "half stays half");
        assertEquals(0x000000ff, at(picture, 1, 0));
        if (type == BufferedImage.TYPE_BYTE_GRAY) {
            assertNear(0x808080ff, at(read(Samples.encode(image, "jpeg")), 0, 0), 3);
        }
    }

    @Test
    void palettesMayHaveAlpha() {
        var palette = new IndexColorModel(2, 3, new int[] {0xffff0000, 0x00000000, 0xff0000ff}, 0, true, 1, 0);
        var image = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
        image.getRaster().setSamples(0, 0, 3, 1, 0, new int[] {0, 1, 2});
        for (var format : new String[] {"png", "gif"}) {
            var picture = read(Samples.encode(image, format));
            assertEquals(0xff0000ff, at(picture, 0, 0), format);
            assertEquals(0, at(picture, 1, 0) & 0xff, format);
            assertEquals(0x0000ffff, at(picture, 2, 0), format);
        }
    }

    @Test
    void aColourMayBeTransparent() {
        var image = new BufferedImage(2, 1, BufferedImage.TYPE_3BYTE_BGR);
        image.setRGB(0, 0, 0x102030);
        var picture = read(Samples.withChunk(Samples.encode(image, "png"), "tRNS", new byte[] {0, 0x10, 0, 0x20, 0, 0x30}));
        assertEquals(0, at(picture, 0, 0) & 0xff);
        assertEquals(0x000000ff, at(picture, 1, 0));
        var grey = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        grey.getRaster().setSample(0, 0, 0, 128);
        picture = read(Samples.withChunk(Samples.encode(grey, "png"), "tRNS", new byte[] {0, (byte) 128}));
        assertEquals(0, at(picture, 0, 0) & 0xff);
        assertEquals(0x000000ff, at(picture, 1, 0));
    }

    @Test
    void webPIsReadWithAndWithoutLossAndAlpha() {
        var lossless = read(Samples.resource("lossless.webp"));
        assertEquals(24, lossless.width());
        assertEquals(16, lossless.height());
        assertEquals(gradient(7, 9, 64, 255), at(lossless, 7, 9));
        assertNear(gradient(7, 9, 64, 255), at(read(Samples.resource("lossy.webp")), 7, 9), 12);
        var alpha = read(Samples.resource("lossless-alpha.webp"));
        assertEquals(gradient(7, 9, 124, 255), at(alpha, 7, 9));
        assertEquals(gradient(20, 2, 124, 128), at(alpha, 20, 2));
        var both = read(Samples.resource("lossy-alpha.webp"));
        assertEquals(255, at(both, 7, 9) & 0xff);
        assertEquals(128, at(both, 20, 2) & 0xff);
        assertNear(gradient(7, 9, 124, 255), at(both, 7, 9), 12);
        assertTrue(error(Samples.resource("plain-alpha.webp")).contains("its alpha is not compressed"));
    }

    @Test
    void aMovingWebPIsLaidTogether() {
        var frames = READER.frames(Samples.resource("animated.webp"), "x"); // whole; part over it at (4, 6), cleared; part instead of it at (10, 2)
        assertEquals(3, frames.size());
        assertEquals(gradient(20, 2, 64, 255), at(frames.get(1), 20, 2), "what no frame covers stays");
        assertTrue((at(frames.get(1), 5, 7) >> 8 & 0xff) > 100, "the part is there");
        assertEquals(0, at(frames.get(2), 5, 7), "and cleared");
        assertEquals(at(frames.get(0), 2, 2), at(frames.get(2), 2, 2));
        assertEquals(128, at(frames.get(2), 16, 5) & 0xff, "the last replaces what was there, alpha too");
        assertArrayEquals(frames.getFirst().pixels(), read(Samples.resource("animated.webp")).pixels(), "the first frame alone");
    }

    @Test
    void aMovingGifIsLaidTogether() {
        var file = Samples.animatedGif(); // 4 × 4: red; green at (1, 1) of 2 × 2, restored; blue at (3, 3), cleared; nothing new
        var frames = READER.frames(file, "x");
        assertEquals(4, frames.size());
        assertEquals(0xff0000ff, at(frames.get(0), 1, 1));
        assertEquals(0x00ff00ff, at(frames.get(1), 2, 2));
        assertEquals(0xff0000ff, at(frames.get(1), 3, 3));
        assertEquals(0xff0000ff, at(frames.get(2), 2, 2), "restored");
        assertEquals(0x0000ffff, at(frames.get(2), 3, 3));
        assertEquals(0, at(frames.get(3), 3, 3) & 0xff, "cleared");
        assertEquals(0xff0000ff, at(frames.get(3), 2, 2));
    }

    @Test
    void interlacedGifsAreReadOrRefused() {
        var image = new BufferedImage(3, 9, BufferedImage.TYPE_BYTE_GRAY);
        for (int row = 0; row < 9; row++) {
            image.getRaster().setSample(1, row, 0, row * 20);
        }
        var picture = read(Samples.encode(image, "gif")); // which writes it interlaced
        for (int row = 0; row < 9; row++) {
            assertEquals(row * 20, at(picture, 1, row) >>> 24);
        }
        assertTrue(error(Samples.encode(image.getSubimage(0, 0, 3, 4), "gif")).contains("interlaced with 4 rows"));
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 1, 0, 0", "2, 2, 1, 1, 0", "3, 2, 1, 1, 0", "4, 2, 1, 0, 0", "5, 1, 2, 0, 0", "6, 1, 2, 0, 0", "7, 1, 2, 0, 1", "8, 1, 2, 0, 1"})
    void aCamerasTurnIsTakenBack(int orientation, int width, int height, int whiteX, int whiteY) {
        var image = new BufferedImage(32, 16, BufferedImage.TYPE_INT_RGB); // a white square, a black one: blocks of 16, so that JPEG keeps them apart
        image.createGraphics().fillRect(0, 0, 16, 16);
        for (var file : new byte[][] {Samples.turnedJpeg(image, orientation, ByteOrder.BIG_ENDIAN), Samples.turnedJpeg(image, orientation, ByteOrder.LITTLE_ENDIAN)}) {
            var picture = read(file);
            assertEquals(width * 16, picture.width());
            assertEquals(height * 16, picture.height());
            assertNear(0xffffffff, at(picture, whiteX * 16 + 8, whiteY * 16 + 8), 3);
            assertNear(0x000000ff, at(picture, (width - 1 - whiteX) * 16 + 8, (height - 1 - whiteY) * 16 + 8), 3);
        }
    }

    @Test
    void everyTurnMovesEveryPixel() {
        var upright = new Picture(2, 3, new byte[24]);
        for (int i = 0; i < 6; i++) {
            upright.pixels()[4 * i] = (byte) i; // 0 1 / 2 3 / 4 5
        }
        var expected = new int[][] {{0, 1, 2, 3, 4, 5}, {1, 0, 3, 2, 5, 4}, {5, 4, 3, 2, 1, 0}, {4, 5, 2, 3, 0, 1},
            {0, 2, 4, 1, 3, 5}, {4, 2, 0, 5, 3, 1}, {5, 3, 1, 4, 2, 0}, {1, 3, 5, 0, 2, 4}};
        for (int orientation = 1; orientation <= 8; orientation++) {
            var turned = upright.upright(orientation);
            var reds = new int[6];
            Arrays.setAll(reds, i -> turned.pixels()[4 * i]);
            assertArrayEquals(expected[orientation - 1], reds, "orientation " + orientation);
        }
    }

    @Test
    void theTypeIsInTheBytes() throws Exception {
        var misnamed = Files.write(folder.resolve("picture.gif"), Samples.resource("lossless.webp"));
        assertEquals(24, READER.read(misnamed).width());
        assertTrue(error("hello".getBytes()).contains("it begins with 68 65 6c 6c 6f; there are: PNG, JPEG, GIF, WebP, WAV"));
        assertTrue(error(new byte[0]).contains("it is empty"));
        assertTrue(error(Samples.resource("tones.flac")).contains("is FLAC, which is a sound; a picture is one of: PNG"));
        var missing = folder.resolve("none.png");
        assertTrue(assertThrows(UserError.class, () -> READER.read(missing)).getMessage().contains("there is no such file"));
    }

    @ParameterizedTest
    @EnumSource(value = MediaType.class, names = {"PNG", "JPEG", "GIF", "WEBP"})
    void whateverIsCutOffIsMissed(MediaType type) {
        var whole = Samples.picture(type);
        for (int length = 16; length < whole.length; length++) {
            var cut = Arrays.copyOf(whole, length);
            assertTrue(error(cut).contains(" is " + type), "cut at " + length + " of " + whole.length);
        }
    }

    @Test
    void hugeSizesAreRefusedBeforeMemoryIsTaken() {
        var png = Samples.picture(MediaType.PNG);
        ByteBuffer.wrap(png).putInt(16, Integer.MAX_VALUE).putInt(20, 1);
        assertTrue(error(png).contains("declares 4,294,967,294 pixels; at most 33,554,432 are read"), error(png));
        ByteBuffer.wrap(png).putInt(16, Integer.MIN_VALUE);
        assertTrue(error(png).contains("declares -2147483648 × 1 pixels"), error(png));
        var gif = Samples.picture(MediaType.GIF);
        ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN).putShort(6, (short) -1).putShort(8, (short) -1);
        assertTrue(error(gif).contains("pixels; at most"), error(gif));
        var webp = Samples.resource("animated.webp");
        Arrays.fill(webp, 24, 30, (byte) 0xff);
        assertTrue(error(webp).contains("pixels; at most"), error(webp));
        assertTrue(assertThrows(UserError.class, () -> new PictureReader(new Limits(1 << 20, 24 * 16, 0)).frames(Samples.resource("animated.webp"), "x"))
                .getMessage().contains("pixels; at most 384"), "all frames count");
    }

    @Test
    void aFileLargerThanTheLimitIsNotRead() throws Exception {
        var file = Files.write(folder.resolve("big.png"), new byte[101]);
        assertTrue(assertThrows(UserError.class, () -> new PictureReader(new Limits(100, 100, 100)).read(file)).getMessage().endsWith("has 101 bytes; at most 100 are read"));
    }

    @Test
    void transparentPartsAreLaidOverTheBackground() {
        var picture = new Picture(2, 1, new byte[] {(byte) 255, 0, 0, 0, (byte) 255, 0, 0, (byte) 128});
        assertArrayEquals(new float[] {0, 128 / 255f, 0, 0, 1, 127 / 255f}, picture.planes(1, 2, 0x0000ff), 1e-6f);
        assertArrayEquals(new float[] {1, 1, 1, 127 / 255f, 1, 127 / 255f}, picture.planes(1, 2, Picture.WHITE), 1e-6f);
    }

    @Test
    void shrinkingIsTheMeanOfAreas() {
        var row = picture(0, 30, 60, 90, 120);
        assertArrayEquals(new float[] {60}, red(row, 1), 1e-3f);
        assertArrayEquals(new float[] {(0 + 30 + 0.5f * 60) / 2.5f, (0.5f * 60 + 90 + 120) / 2.5f}, red(row, 2), 1e-3f);
    }

    @Test
    void growingIsLinearBetweenCentres() {
        assertArrayEquals(new float[] {0, 25, 75, 100}, red(picture(0, 100), 4), 1e-3f);
        assertArrayEquals(new float[] {0, 100}, red(picture(0, 100), 2), 1e-3f, "the same size is the same picture");
        assertArrayEquals(new float[] {70, 70, 70}, red(picture(70), 3), 1e-3f);
    }

    @Test
    void rowsAreResizedAsColumnsAre() {
        var wide = picture(0, 30, 60, 90, 120);
        var tall = new Picture(1, 5, wide.pixels());
        assertArrayEquals(wide.planes(1, 3, 0), tall.planes(3, 1, 0), 1e-6f);
        assertArrayEquals(wide.planes(1, 8, 0), tall.planes(8, 1, 0), 1e-6f);
    }

    private static Picture picture(int... reds) {
        var pixels = new byte[4 * reds.length];
        for (int i = 0; i < reds.length; i++) {
            pixels[4 * i] = (byte) reds[i];
            pixels[4 * i + 3] = (byte) 255;
        }
        return new Picture(reds.length, 1, pixels);
    }

    private static float[] red(Picture picture, int width) {
        var planes = picture.planes(1, width, 0);
        var red = new float[width];
        for (int i = 0; i < width; i++) {
            red[i] = planes[i] * 255;
        }
        return red;
    }
}
