package patchbay.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import patchbay.media.PictureLayout.Disposal;
import patchbay.media.PictureLayout.Frame;

/** The blocks of a GIF (CompuServe, GIF89a specification). */
final class GifFile {

    private static final int HEAD = 13;
    private static final int IMAGE = 0x2c;
    private static final int EXTENSION = 0x21;
    private static final int GRAPHIC_CONTROL = 0xf9;
    private static final int TRAILER = 0x3b;
    private static final int INTERLACED = 0x40;
    private static final int INTERLACED_ROWS = 5; // with fewer some of the four passes have no row

    private GifFile() {
    }

    static PictureLayout layout(ByteBuffer file) throws IOException {
        var frames = new ArrayList<Frame>();
        var disposal = Disposal.KEEP;
        int at = HEAD + palette(file.get(10));
        for (int block = file.get(at) & 0xff; block != TRAILER; block = file.get(at) & 0xff) {
            switch (block) {
                case EXTENSION -> {
                    if ((file.get(at + 1) & 0xff) == GRAPHIC_CONTROL) {
                        disposal = disposal(file.get(at + 3));
                    }
                    at = afterData(file, at + 2);
                }
                case IMAGE -> {
                    var frame = new Frame(unsigned(file, at + 1), unsigned(file, at + 3), unsigned(file, at + 5), unsigned(file, at + 7), true, disposal, false);
                    if ((file.get(at + 9) & INTERLACED) != 0 && frame.height() > 1 && frame.height() < INTERLACED_ROWS) {
                        throw new IOException("it is interlaced with " + frame.height() + " rows, of which the JDK's decoder would lose some");
                    }
                    frames.add(frame);
                    disposal = Disposal.KEEP;
                    at = afterData(file, at + 11 + palette(file.get(at + 9)));
                }
                default -> throw new IOException("there is no block at byte " + at);
            }
        }
        return new PictureLayout(unsigned(file, 6), unsigned(file, 8), frames, Exif.UPRIGHT);
    }

    private static int unsigned(ByteBuffer file, int at) {
        return Short.toUnsignedInt(file.getShort(at));
    }

    /** Bytes of the palette that these flags announce. */
    private static int palette(byte flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1;
    }

    private static Disposal disposal(byte flags) {
        return switch (flags >> 2 & 7) {
            case 2 -> Disposal.CLEAR;
            case 3 -> Disposal.RESTORE;
            default -> Disposal.KEEP;
        };
    }

    /** Past the sub-blocks that begin at {@code at}, each with its length before it, the last of length 0. */
    private static int afterData(ByteBuffer file, int at) {
        int length = file.get(at) & 0xff;
        while (length > 0) {
            at += 1 + length;
            length = file.get(at) & 0xff;
        }
        return at + 1;
    }
}
