package patchbay.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The keys and values of blocks, [blocks][layers][G][keys, values][block, D] as f16 in the order in which they came: what is read back is rounded to 11
 * bits. A file is read where it is needed and never held in memory.
 */
final class RowFile implements AutoCloseable {

    private final Layout layout;
    private final FileChannel file;
    private final ByteBuffer block;
    private final ByteBuffer head;

    /** Opens a file of {@code blocks} blocks; what was written behind them and never committed is cut off. */
    RowFile(Path path, Layout layout, int blocks) throws IOException {
        this.layout = layout;
        this.block = ByteBuffer.allocate(layout.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        this.head = ByteBuffer.allocate(layout.headBytes()).order(ByteOrder.LITTLE_ENDIAN);
        this.file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        long expected = (long) blocks * layout.bytes();
        if (file.size() < expected) {
            long size = file.size();
            file.close();
            throw new IOException(path.getFileName() + " has " + size + " bytes, not the " + expected + " of its " + blocks + " blocks");
        }
        file.truncate(expected);
    }

    /**
     * Writes block {@code number}.
     *
     * @param keys of each layer [block, G, D]
     * @param values of each layer [block, G, D]
     */
    void write(int number, float[][] keys, float[][] values) throws IOException {
        block.clear();
        for (int layer = 0; layer < layout.layers(); layer++) {
            for (int g = 0; g < layout.groups(); g++) {
                put(keys[layer], g);
                put(values[layer], g);
            }
        }
        block.flip();
        for (long at = (long) number * layout.bytes(); block.hasRemaining();) {
            at += file.write(block, at);
        }
    }

    private void put(float[] rows, int g) {
        for (int row = 0; row < layout.block(); row++) {
            for (int d = 0; d < layout.dim(); d++) {
                block.putShort(Float.floatToFloat16(rows[(row * layout.groups() + g) * layout.dim() + d]));
            }
        }
    }

    /** Reads what key head {@code g} of a layer keeps of a block: {@code keys} [block, D] and {@code values} [block, D]. */
    void read(int number, int layer, int g, float[] keys, float[] values) throws IOException {
        fetch(number, layer, g, layout.headBytes());
        get(keys);
        get(values);
    }

    /** Reads the keys alone. */
    void readKeys(int number, int layer, int g, float[] keys) throws IOException {
        fetch(number, layer, g, layout.headBytes() / 2);
        get(keys);
    }

    private void fetch(int number, int layer, int g, int bytes) throws IOException {
        head.clear().limit(bytes);
        long at = (long) number * layout.bytes() + (long) (layer * layout.groups() + g) * layout.headBytes();
        while (head.hasRemaining()) {
            int read = file.read(head, at);
            if (read < 0) {
                throw new IOException("the rows of block " + number + " are missing");
            }
            at += read;
        }
        head.flip();
    }

    private void get(float[] rows) {
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Float.float16ToFloat(head.getShort());
        }
    }

    void force() throws IOException {
        file.force(false);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
