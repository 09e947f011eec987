package patchbay.encoder.text.bert;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import patchbay.spi.Encoder;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;
import patchbay.weights.wordpiece.WordPiece;

/**
 * Text of UTF-8 → the ids of its tokens, each and one more, then zeros.
 *
 * @param length the most tokens, those at both ends included
 */
record TextReader(WordPiece vocabulary, int length) implements Encoder.Reader {

    static final String TOKENS = "tokens";

    TextReader {
        if (length < 2) {
            throw new UserError("length is " + length + "; it must be at least 2, as there is a mark at each end of a text");
        }
    }

    @Override
    public Map<String, TensorType> inputs() {
        return Map.of(TOKENS, TensorType.i32(length));
    }

    @Override
    public Encoder.Row read(byte[] bytes) {
        var ids = vocabulary.encode(text(bytes), length);
        var tokens = new int[length];
        for (int i = 0; i < ids.length; i++) {
            tokens[i] = ids[i] + 1;
        }
        return Encoder.Row.of(TOKENS, tokens);
    }

    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new UserError("it is no text of UTF-8", e);
        }
    }

    /** The first id behind those of all marks. */
    static int marks(WordPiece vocabulary) {
        return 1 + Stream.of(WordPiece.PAD, WordPiece.UNKNOWN, WordPiece.BEGIN, WordPiece.END, WordPiece.MASK).mapToInt(vocabulary::id).max().orElseThrow();
    }
}
