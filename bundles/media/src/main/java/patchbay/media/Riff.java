package patchbay.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The chunks of a RIFF file (Microsoft and IBM, 1991), as WAV and WebP are. */
final class Riff {

    private static final int FILE_HEAD = 12;
    private static final int CHUNK_HEAD = 8;

    /** @param offset of the contents, after the chunk's name and length */
    record Chunk(String name, int offset, int length) {
        int end() {
            return offset + length;
        }
    }

    private Riff() {
    }

    /** @param file little-endian */
    static List<Chunk> chunks(ByteBuffer file) throws IOException {
        long end = CHUNK_HEAD + Integer.toUnsignedLong(file.getInt(4));
        if (end > file.limit()) {
            throw new IOException("it declares %,d bytes and has %,d".formatted(end, file.limit()));
        }
        return chunks(file, FILE_HEAD, (int) end);
    }

    static List<Chunk> chunks(ByteBuffer file, int from, int to) throws IOException {
        var chunks = new ArrayList<Chunk>();
        long at = from;
        while (to - at >= CHUNK_HEAD) {
            var name = StandardCharsets.ISO_8859_1.decode(file.slice((int) at, 4)).toString();
            long length = Integer.toUnsignedLong(file.getInt((int) at + 4));
            at += CHUNK_HEAD;
            if (length > to - at) {
                throw new IOException("its chunk '%s' declares %,d bytes where %,d are left".formatted(name, length, to - at));
            }
            chunks.add(new Chunk(name, (int) at, (int) length));
            at += length + (length & 1); // even lengths
        }
        return chunks;
    }
}
