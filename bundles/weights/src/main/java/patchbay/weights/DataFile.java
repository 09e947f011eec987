package patchbay.weights;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import patchbay.tensor.UserError;

/** A file of little-endian values at known places. */
final class DataFile implements AutoCloseable {

    private static final int CHUNK = 1 << 20;

    private final Path path;
    private final FileChannel channel;
    private final long size;

    private DataFile(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    static DataFile open(Path path) {
        try {
            var channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return new DataFile(path, channel, channel.size());
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new UserError(path + ": there is no such file", e);
        } catch (IOException e) {
            throw new UserError(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** In bytes. */
    long size() {
        return size;
    }

    /** The values of a tensor whose first byte is at {@code at}, widened. */
    float[] floats(Weight tensor, long at) {
        var floats = new float[tensor.length()];
        int each = tensor.dtype().bytes();
        int step = CHUNK / each;
        var chunk = ByteBuffer.allocate((int) Math.min(CHUNK, tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        for (int first = 0; first < floats.length; first += step) {
            chunk.clear().limit(each * Math.min(step, floats.length - first));
            fill(chunk, at + (long) first * each);
            tensor.dtype().widen(chunk.flip(), floats, first);
        }
        return floats;
    }

    /** @param count within what the file has */
    byte[] bytes(long at, int count) {
        var bytes = new byte[count];
        fill(ByteBuffer.wrap(bytes), at);
        return bytes;
    }

    void fill(ByteBuffer into, long at) {
        try {
            while (into.hasRemaining()) {
                int count = channel.read(into, at);
                if (count < 0) {
                    throw new EOFException("it ends at byte " + at);
                }
                at += count;
            }
        } catch (IOException e) {
            throw new UserError(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UserError(path + ": cannot be closed: " + e.getMessage(), e);
        }
    }
}
