package patchbay.media;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The segments of a JPEG (ITU-T T.81, annex B). */
final class JpegFile {

    private static final int START_OF_SCAN = 0xda;
    private static final int END = 0xd9;
    private static final int APP1 = 0xe1;

    private JpegFile() {
    }

    static PictureLayout layout(ByteBuffer file) throws IOException {
        int width = 0;
        int height = 0;
        int orientation = Exif.UPRIGHT;
        int at = 2;
        for (int marker = marker(file, at); marker != START_OF_SCAN; marker = marker(file, at)) {
            if (marker == 0xff || marker == 0x01 || marker >= 0xd0 && marker <= 0xd7) { // filling, or a marker without a segment
                at += marker == 0xff ? 1 : 2;
                continue;
            }
            int length = Short.toUnsignedInt(file.getShort(at + 2));
            if (marker == END || length < 2) {
                throw new IOException("it has no scan");
            }
            if (isFrame(marker)) {
                height = Short.toUnsignedInt(file.getShort(at + 5));
                width = Short.toUnsignedInt(file.getShort(at + 7));
                requireColours(file.get(at + 9) & 0xff);
            } else if (marker == APP1 && Exif.signed(file.slice(at + 4, length - 2))) {
                orientation = Exif.orientation(file, at + 4, length - 2);
            }
            at += 2 + length;
        }
        requireEnd(file, at);
        return PictureLayout.still(width, height, orientation);
    }

    private static int marker(ByteBuffer file, int at) throws IOException {
        if ((file.get(at) & 0xff) != 0xff) {
            throw new IOException("there is no segment at byte " + at);
        }
        return file.get(at + 1) & 0xff;
    }

    /** SOF0 to SOF15; three of the numbers between mean something else. */
    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    /** The decoder takes the inks of CMYK for red, green, blue and alpha, and says nothing. */
    private static void requireColours(int components) throws IOException {
        if (components != 1 && components != 3) {
            throw new IOException("its pixels have " + components + " numbers, as those in CMYK have; 1 (grey) and 3 (colours) are read");
        }
    }

    /** The decoder fills what is missing with grey and is content. The end's marker cannot occur inside of a scan. */
    private static void requireEnd(ByteBuffer file, int scan) throws IOException {
        for (int at = file.limit() - 2; at > scan; at--) {
            if ((file.get(at) & 0xff) == 0xff && (file.get(at + 1) & 0xff) == END) {
                return;
            }
        }
        throw new IOException("it ends early");
    }
}
