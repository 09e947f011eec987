package patchbay.lab.record;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A file of one JSON object a line, whose last line a killed process may have left torn. */
public final class Lines {

    private static final int BLOCK = 1 << 16;

    private Lines() {
    }

    /** What is done with each whole line. */
    public interface Visitor {

        /**
         * @param number of the line, from 1
         * @param start offset of the line's first byte in the file
         * @return whether to go on
         */
        boolean line(byte[] utf8, long number, long start) throws IOException;
    }

    /**
     * Visits every line that ends with a newline.
     *
     * @return offset of the first byte that was not visited: the file's size unless its last line is torn, or the visitor
     *         wanted no more
     */
    public static long visit(Path file, Visitor visitor) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var block = ByteBuffer.allocate(BLOCK);
            var line = new ByteArrayOutputStream();
            long start = 0;
            long number = 0;
            while (channel.read(block.clear()) >= 0) {
                var bytes = block.array();
                int from = 0;
                for (int i = 0; i < block.position(); i++) {
                    if (bytes[i] == '\n') {
                        line.write(bytes, from, i - from);
                        if (!visitor.line(line.toByteArray(), ++number, start)) {
                            return start;
                        }
                        start += line.size() + 1;
                        line.reset();
                        from = i + 1;
                    }
                }
                line.write(bytes, from, block.position() - from);
            }
            return start;
        }
    }

    /** The last whole lines in the last {@code bytes} bytes of a file, in order. */
    static List<String> tail(Path file, int bytes) throws IOException {
        try (var access = new RandomAccessFile(file.toFile(), "r")) {
            long from = Math.max(0, access.length() - bytes);
            access.seek(from);
            var block = new byte[(int) (access.length() - from)];
            access.readFully(block);
            var text = new String(block, StandardCharsets.UTF_8);
            int first = from == 0 ? 0 : text.indexOf('\n') + 1;
            int last = text.lastIndexOf('\n');
            return last < first ? List.of() : text.substring(first, last).lines().toList();
        }
    }

    /** Appends whole lines. What fails half-way, on a full disk, leaves nothing behind: the next line begins where this one would have. */
    public static final class Appender implements AutoCloseable {

        private final Path path;
        private final FileChannel channel;

        public Appender(Path file) throws IOException {
            path = file;
            // APPEND and not a position of its own: the file may be cut (truncate) while this is open.
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }

        /** @param line with the newline; in one write if the system allows, so that nobody who reads along sees half of it */
        public void append(ByteBuffer line) throws IOException {
            long start = channel.size();
            try {
                while (line.hasRemaining()) {
                    channel.write(line);
                }
            } catch (IOException e) {
                channel.truncate(start);
                throw e;
            }
        }

        public Path path() {
            return path;
        }

        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.force(true);
            channel.close();
        }
    }

    public static void truncate(Path file, long size) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (channel.size() > size) {
                channel.truncate(size);
                channel.force(true);
            }
        }
    }
}
