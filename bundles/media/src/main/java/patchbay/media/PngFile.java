package patchbay.media;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The chunks of a PNG (W3C, Portable Network Graphics, third edition). */
final class PngFile {

    private static final int SIGNATURE = 8;
    private static final int CHUNK = 12; // length, name, check sum
    private static final int IHDR = 0x49484452;
    private static final int EXIF = 0x65584966;
    private static final int IEND = 0x49454e44;

    private PngFile() {
    }

    static PictureLayout layout(ByteBuffer file) throws IOException {
        if (file.getInt(SIGNATURE + 4) != IHDR) {
            throw new IOException("its first chunk is not IHDR");
        }
        int orientation = Exif.UPRIGHT;
        int at = SIGNATURE;
        for (int name = 0; name != IEND;) {
            long length = Integer.toUnsignedLong(file.getInt(at));
            name = file.getInt(at + 4);
            if (length > file.limit() - at - CHUNK) {
                throw new IOException("a chunk declares %,d bytes where %,d are left".formatted(length, file.limit() - at - CHUNK));
            }
            if (name == EXIF) {
                orientation = Exif.orientation(file, at + 8, (int) length);
            }
            at += CHUNK + (int) length;
        }
        return PictureLayout.still(file.getInt(SIGNATURE + 8), file.getInt(SIGNATURE + 12), orientation);
    }
}
