package patchbay.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

class TokenizerTest {

    @TempDir
    Path folder;

    private static Corpus corpus(String... texts) {
        var documents = Arrays.stream(texts).map(text -> new Document("d", text, 0)).toList();
        return Corpus.of("text", documents, List.of("text"));
    }

    @Test
    void bytesRoundTrip() {
        var tokenizer = Tokenizer.of("byte", corpus("a"));
        var tokens = tokenizer.encode("aä𝄞");
        assertArrayEquals(new int[] {'a', 0xc3, 0xa4, 0xf0, 0x9d, 0x84, 0x9e}, tokens);
        assertEquals("aä𝄞", tokenizer.decode(tokens));
        assertEquals("ä", tokenizer.decode(tokens, 1, 2));
        assertEquals("a", tokenizer.decode(new int[] {256, 'a', 256}), "an end of document is no text");
        assertEquals("\ufffd", tokenizer.decode(new int[] {0xc3}), "half a character does not fail");
        assertEquals(257, tokenizer.vocabularySize());
    }

    @Test
    void charsAreSortedAndDistinct() {
        var running = Tokenizer.of("char", corpus("hello𝄞"));
        assertEquals(5, running.vocabularySize());
        assertTrue(running.endOfDocument().isEmpty());
        assertArrayEquals(new int[] {1, 0, 2, 2, 3, 4}, running.encode("hello𝄞"));
        assertEquals("hello𝄞", running.decode(running.encode("hello𝄞")));

        var several = Tokenizer.of("char", corpus("he", "llo"));
        assertEquals(5, several.vocabularySize());
        assertEquals(4, several.endOfDocument().orElseThrow());
        assertEquals("he", several.decode(new int[] {1, 0, 4}));
    }

    @Test
    void anUnknownCharacterIsNamed() {
        var tokenizer = Tokenizer.of("char", corpus("hello"));
        var message = assertThrows(UserError.class, () -> tokenizer.encode("hexo")).getMessage();
        assertTrue(message.contains("'x' (U+0078), character 3"), message);
    }

    @Test
    void savedAndLoadedItIsTheSame() {
        var file = folder.resolve("tokenizer.json");
        for (var tokenizer : List.of(Tokenizer.of("char", corpus("\"\\\n\u0001ü𝄞", "z")), Tokenizer.of("byte", corpus("a")))) {
            tokenizer.save(file);
            var loaded = Tokenizer.load(file);
            assertEquals(tokenizer.name(), loaded.name());
            assertEquals(tokenizer.vocabularySize(), loaded.vocabularySize());
            assertEquals(tokenizer.endOfDocument(), loaded.endOfDocument());
            assertArrayEquals(tokenizer.encode("ü\n𝄞"), loaded.encode("ü\n𝄞"));
        }
    }

    @Test
    void whatIsNoTokenizerIsRefused() throws IOException {
        assertThrows(UserError.class, () -> Tokenizer.load(folder.resolve("nowhere.json")));
        for (var text : List.of("", "{", "[]", "{}", "{\"tokenizer\": \"char\"}", "{\"tokenizer\": \"char\", \"characters\": \"ba\"}")) {
            var file = Files.writeString(folder.resolve("bad.json"), text);
            assertThrows(UserError.class, () -> Tokenizer.load(file), text);
        }
        assertTrue(assertThrows(UserError.class, () -> Tokenizer.of("chars", corpus("a"))).getMessage().contains("char"));
    }
}
