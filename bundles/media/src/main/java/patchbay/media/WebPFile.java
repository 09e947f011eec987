package patchbay.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import patchbay.media.PictureLayout.Disposal;
import patchbay.media.PictureLayout.Frame;
import patchbay.media.Riff.Chunk;

/** The chunks of a WebP (RFC 9649). */
final class WebPFile {

    private static final int ANIMATED = 0x02;
    private static final int CLEARED = 0x01;
    private static final int NOT_BLENDED = 0x02;
    private static final int FRAME_HEAD = 16;
    private static final int COMPRESSION = 0x03;
    private static final int COMPRESSED = 0x01;
    private static final int LOSSLESS_SIGNATURE = 0x2f;
    private static final int LOSSY_START = 0x2a019d;

    private WebPFile() {
    }

    static PictureLayout layout(ByteBuffer file) throws IOException {
        var chunks = Riff.chunks(file);
        if (chunks.isEmpty()) {
            throw new IOException("it is empty");
        }
        var first = chunks.getFirst();
        if (!first.name().equals("VP8X")) {
            var frame = image(file, List.of(first));
            return new PictureLayout(frame.width(), frame.height(), List.of(frame), Exif.UPRIGHT);
        }
        int width = 1 + unsigned24(file, first.offset() + 4);
        int height = 1 + unsigned24(file, first.offset() + 7);
        int orientation = Exif.UPRIGHT;
        var frames = new ArrayList<Frame>();
        for (var chunk : chunks) {
            if (chunk.name().equals("ANMF")) {
                frames.add(frame(file, chunk));
            } else if (chunk.name().equals("EXIF")) {
                orientation = Exif.orientation(file, chunk.offset(), chunk.length());
            }
        }
        if ((file.get(first.offset()) & ANIMATED) == 0) {
            frames.clear();
            frames.add(image(file, chunks));
            requireSize(frames.getFirst(), width, height);
        }
        return new PictureLayout(width, height, frames, orientation);
    }

    private static Frame frame(ByteBuffer file, Chunk chunk) throws IOException {
        int at = chunk.offset();
        int x = 2 * unsigned24(file, at);
        int y = 2 * unsigned24(file, at + 3);
        int width = 1 + unsigned24(file, at + 6);
        int height = 1 + unsigned24(file, at + 9);
        int flags = file.get(at + 15);
        var image = image(file, Riff.chunks(file, at + FRAME_HEAD, chunk.end()));
        requireSize(image, width, height);
        return new Frame(x, y, width, height, (flags & NOT_BLENDED) == 0, (flags & CLEARED) == 0 ? Disposal.KEEP : Disposal.CLEAR, image.opaque());
    }

    /** The picture among these chunks, whose size stands in its own first bits. */
    private static Frame image(ByteBuffer file, List<Chunk> chunks) throws IOException {
        boolean alpha = false;
        for (var chunk : chunks) {
            int at = chunk.offset();
            switch (chunk.name()) {
                case "ALPH" -> {
                    if ((file.get(at) & COMPRESSION) != COMPRESSED) {
                        throw new IOException("its alpha is not compressed, and the decoder cannot read that");
                    }
                    alpha = true;
                }
                case "VP8 " -> {
                    if (unsigned24(file, at + 3) != LOSSY_START) {
                        throw new IOException("its picture is no key frame");
                    }
                    return Frame.whole(file.getShort(at + 6) & 0x3fff, file.getShort(at + 8) & 0x3fff, !alpha);
                }
                case "VP8L" -> {
                    if (file.get(at) != LOSSLESS_SIGNATURE) {
                        throw new IOException("its picture does not begin like one");
                    }
                    int sizes = file.getInt(at + 1);
                    return Frame.whole(1 + (sizes & 0x3fff), 1 + (sizes >>> 14 & 0x3fff), false);
                }
                default -> { } // metadata
            }
        }
        throw new IOException("there is no picture in it");
    }

    private static void requireSize(Frame image, int width, int height) throws IOException {
        if (image.width() != width || image.height() != height) {
            throw new IOException("it declares %d × %d pixels and has %d × %d".formatted(width, height, image.width(), image.height()));
        }
    }

    private static int unsigned24(ByteBuffer file, int at) {
        return file.getShort(at) & 0xffff | (file.get(at + 2) & 0xff) << 16;
    }
}
