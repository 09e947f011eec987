package patchbay.encoder.text.recurrent;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import patchbay.tensor.UserError;

/** Refuses what is no text in UTF-8, however it is cut into parts. */
final class Utf8 {

    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    /** The bytes of a character whose others have not come. */
    private byte[] begun = new byte[0];
    private boolean some;

    void read(byte[] part) {
        var bytes = ByteBuffer.allocate(begun.length + part.length).put(begun).put(part).flip();
        var characters = CharBuffer.allocate(bytes.remaining());
        check(decoder.decode(bytes, characters, false));
        begun = new byte[bytes.remaining()];
        bytes.get(begun);
        some |= part.length > 0;
    }

    void end() {
        if (!some) {
            throw new UserError("there is no text in it");
        }
        check(decoder.decode(ByteBuffer.wrap(begun), CharBuffer.allocate(begun.length), true));
    }

    private static void check(CoderResult result) {
        if (result.isError()) {
            throw new UserError("it is no text in UTF-8: " + result);
        }
    }
}
