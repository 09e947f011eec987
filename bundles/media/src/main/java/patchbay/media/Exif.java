package patchbay.media;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a camera was held: tag 0x0112 of an EXIF block's first directory (Exif 2.32, JEITA CP-3451). A library would read all of the
 * block's other tags too, from files that nobody vouches for.
 */
final class Exif {

    static final int UPRIGHT = 1;
    private static final int LAST = 8;
    private static final int ORIENTATION = 0x0112;
    private static final int ENTRY = 12;
    private static final int SIGNATURE = 6; // "Exif" and two zeros

    private Exif() {
    }

    /** Of {@code length} bytes of {@code file}; {@link #UPRIGHT} where they say nothing that can be understood. */
    static int orientation(ByteBuffer file, int offset, int length) {
        var block = file.slice(offset, length);
        if (signed(block)) {
            block = block.slice(SIGNATURE, length - SIGNATURE);
        }
        if (block.limit() < 8) {
            return UPRIGHT;
        }
        block.order(block.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = block.getInt(4);
        if (directory < 0 || directory > block.limit() - Short.BYTES) {
            return UPRIGHT;
        }
        int entries = Math.min(Short.toUnsignedInt(block.getShort(directory)), (block.limit() - directory - Short.BYTES) / ENTRY);
        for (int i = 0; i < entries; i++) {
            int entry = directory + Short.BYTES + i * ENTRY;
            if (Short.toUnsignedInt(block.getShort(entry)) == ORIENTATION) {
                int value = Short.toUnsignedInt(block.getShort(entry + 8));
                return value >= UPRIGHT && value <= LAST ? value : UPRIGHT;
            }
        }
        return UPRIGHT;
    }

    /** Whether a block begins as JPEG's do, and some of WebP's. */
    static boolean signed(ByteBuffer block) {
        return block.limit() >= SIGNATURE && block.get(0) == 'E' && block.get(1) == 'x' && block.get(2) == 'i' && block.get(3) == 'f'
                && block.get(4) == 0 && block.get(5) == 0;
    }
}
