package patchbay.data;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** The 256 bytes of UTF-8 and an end of document: 257 tokens for any text. */
record ByteTokenizer() implements Tokenizer {

    private static final int END = 256;

    @Override
    public String name() {
        return "byte";
    }

    @Override
    public int vocabularySize() {
        return END + 1;
    }

    @Override
    public OptionalInt endOfDocument() {
        return OptionalInt.of(END);
    }

    @Override
    public int[] encode(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var tokens = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            tokens[i] = bytes[i] & 0xff;
        }
        return tokens;
    }

    /** Bytes that are not UTF-8, which a model may well write, become replacement characters. */
    @Override
    public String decode(int[] tokens, int first, int count) {
        var bytes = new byte[count];
        int length = 0;
        for (int i = first; i < first + count; i++) {
            if (tokens[i] != END) {
                bytes[length++] = (byte) tokens[i];
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
