package patchbay.weights;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The check sum of LevelDB's tables and of TensorFlow: CRC-32C, turned and moved so that a sum over bytes with sums in them is none of those. */
final class MaskedCrc {

    private final CRC32C crc = new CRC32C();

    void update(ByteBuffer bytes) {
        crc.update(bytes);
    }

    int value() {
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }
}
