package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import patchbay.data.Tokenizer;

class DataNamesTest {

    /** The bytes of the characters, and the end of a document, which has no text; not the half of a character that a byte may be. */
    @Test
    void sentencesEndByTheTextOfTokens() {
        int[] ends = DataNames.of(Tokenizer.bytes()).ends(".\n");
        assertEquals(257, ends.length);
        assertArrayEquals(new int[] {'\n', '.', 256}, IntStream.range(0, ends.length).filter(token -> ends[token] != 0).toArray());
    }
}
