package patchbay.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.Printable;

/**
 * A sorted table of LevelDB's format, without compression: blocks of rows whose keys leave out what they share with the one before, an index block that
 * says where they lie, and a footer of 48 bytes that says where that lies.
 */
final class TableFile {

    private static final int FOOTER = 48;
    private static final long MAGIC = 0xdb4775248b80fb57L;
    /** After a block: how it is compressed, and its sum. */
    private static final int TRAILER = 5;
    private static final int LARGEST = 64 << 20;
    private static final int LONGEST_KEY = 1024;
    private static final int MOST_ROWS = 1 << 17;

    private final Path file;
    private final ByteBuffer bytes;
    /** Bytes that blocks may still take: they do not overlap. */
    private long left;

    private TableFile(Path file, byte[] bytes) {
        this.file = file;
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.left = bytes.length;
    }

    private interface Rows {
        void row(byte[] key, ByteBuffer value);
    }

    /** Values by keys, in the order of the keys. */
    static Map<String, byte[]> read(Path file) {
        try (var data = DataFile.open(file)) {
            if (data.size() < FOOTER || data.size() > LARGEST) {
                throw new UserError(file + ": it has " + data.size() + " bytes; the index of a checkpoint has " + FOOTER + " to " + LARGEST);
            }
            return new TableFile(file, data.bytes(0, (int) data.size())).rows();
        }
    }

    private Map<String, byte[]> rows() {
        int end = bytes.capacity() - FOOTER;
        if (bytes.getLong(bytes.capacity() - Long.BYTES) != MAGIC) {
            throw damaged("it does not end as the index of a checkpoint does: it is truncated, or none");
        }
        var rows = new LinkedHashMap<String, byte[]>();
        var footer = slice(end, FOOTER - Long.BYTES);
        block(footer); // of filters, which there are none of
        rows(block(footer), (_, where) -> rows(block(where), (key, value) -> {
            var copy = new byte[value.remaining()];
            value.get(copy);
            var name = Printable.of(new String(key, StandardCharsets.UTF_8));
            if (rows.put(name, copy) != null || rows.size() > MOST_ROWS) {
                throw damaged("two rows are called '" + name + "', or there are more than " + MOST_ROWS);
            }
        }));
        return rows;
    }

    /** The block whose place and size come next. */
    private ByteBuffer block(ByteBuffer handle) {
        long at = varint(handle);
        long size = varint(handle);
        if (at < 0 || size < 0 || size > bytes.capacity() - TRAILER || at > bytes.capacity() - TRAILER - size) {
            throw damaged("a block of " + Long.toUnsignedString(size) + " bytes at byte " + Long.toUnsignedString(at) + " is outside of it");
        }
        if ((left -= size + TRAILER) < 0) {
            throw damaged("its blocks overlap");
        }
        int end = (int) (at + size);
        var sum = new MaskedCrc();
        sum.update(slice((int) at, (int) size + 1));
        if (sum.value() != bytes.getInt(end + 1)) {
            throw damaged("the block at byte " + at + " has another sum than when it was written");
        }
        if (bytes.get(end) != 0) {
            throw damaged("it is compressed, which is not read");
        }
        return slice((int) at, (int) size);
    }

    /** Rows up to the list of those with whole keys, whose length ends the block. */
    private void rows(ByteBuffer block, Rows rows) {
        int size = block.remaining();
        long whole = size < Integer.BYTES ? -1 : Integer.toUnsignedLong(block.getInt(size - Integer.BYTES));
        long end = size - Integer.BYTES * (whole + 1);
        if (whole < 0 || end < 0) {
            throw damaged("a block claims " + whole + " whole keys in " + size + " bytes");
        }
        block.limit((int) end);
        var key = new byte[0];
        while (block.hasRemaining()) {
            long shared = varint(block);
            long fresh = varint(block);
            long length = varint(block);
            if (shared < 0 || shared > key.length || fresh < 0 || length < 0 || fresh > block.remaining() || length > block.remaining() - fresh) {
                throw damaged("a row's lengths are beyond its block");
            }
            if (shared + fresh > LONGEST_KEY) {
                throw damaged("a name has " + (shared + fresh) + " bytes; at most " + LONGEST_KEY + " are read");
            }
            key = Arrays.copyOf(key, (int) (shared + fresh));
            block.get(key, (int) shared, (int) fresh);
            rows.row(key, block.slice(block.position(), (int) length));
            block.position(block.position() + (int) length);
        }
    }

    private long varint(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (!from.hasRemaining()) {
                break;
            }
            byte next = from.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw damaged("a number in it has no end");
    }

    private ByteBuffer slice(int at, int size) {
        return bytes.slice(at, size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private UserError damaged(String problem) {
        return new UserError(file + ": " + problem);
    }
}
