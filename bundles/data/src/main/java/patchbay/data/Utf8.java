package patchbay.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import patchbay.tensor.UserError;

/** Text read strictly: a byte that is not UTF-8 is an error with its place, not a replacement character in the corpus. */
final class Utf8 {

    /** Beyond this a token array and a string of it no longer fit into Java's arrays. */
    static final long LARGEST = 1L << 30;

    private Utf8() {
    }

    /** The first {@code limit} bytes of a file (0 is all), cut between two characters. */
    static String read(Path file, long limit) {
        try (var stream = Files.newInputStream(file)) {
            long size = Files.size(file);
            boolean cut = limit > 0 && limit < size;
            return read(stream, file.toString(), cut ? limit : size, cut);
        } catch (IOException e) {
            throw new UserError("data.path: cannot read " + file + ": " + reason(e), e);
        }
    }

    static String read(InputStream stream, String name, long size, boolean cut) throws IOException {
        if (size > LARGEST) {
            throw new UserError(name + " has " + size + " bytes; at most " + LARGEST + " can be read: set data.limit");
        }
        var bytes = stream.readNBytes((int) size);
        int length = bytes.length;
        if (cut) {
            length = wholeCharacters(bytes);
        }
        var in = ByteBuffer.wrap(bytes, 0, length);
        var out = CharBuffer.allocate(length); // UTF-8 never has fewer bytes than UTF-16 has chars
        var decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        if (decoder.decode(in, out, true).isError()) {
            throw new UserError(name + " is not UTF-8 text: byte " + in.position() + " is 0x"
                    + "%02x".formatted(bytes[in.position()] & 0xff) + "; convert it to UTF-8 first");
        }
        return out.flip().toString();
    }

    /** Length without the last character if that is cut off in its middle. */
    private static int wholeCharacters(byte[] bytes) {
        int start = bytes.length - 1;
        while (start > 0 && (bytes[start] & 0xc0) == 0x80) {
            start--;
        }
        int lead = start < 0 ? 0 : bytes[start] & 0xff;
        int needed = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        return start + needed > bytes.length ? start : bytes.length;
    }

    /** An I/O exception's message is often only the path again; its type then says more. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "permission denied";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}
