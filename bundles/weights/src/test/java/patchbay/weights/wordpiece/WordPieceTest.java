package patchbay.weights.wordpiece;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import patchbay.tensor.UserError;

/** On the vocabulary of BERT without case, as MiniLM's artifact has it. */
class WordPieceTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static WordPiece tokenizer;
    private static Path lines;

    @TempDir
    static Path folder;

    /** @param ids what the tokenizer that the models were published with makes of the text */
    record Sentence(String text, int[] ids) {}

    static List<Sentence> sentences() throws IOException {
        try (var in = WordPieceTest.class.getResourceAsStream("sentences.json")) {
            return StreamSupport.stream(JSON.readTree(in).spliterator(), false).map(sentence -> new Sentence(sentence.get("text").asText(),
                    StreamSupport.stream(sentence.get("ids").spliterator(), false).mapToInt(JsonNode::intValue).toArray())).toList();
        }
    }

    @BeforeAll
    static void read() throws IOException {
        var json = folder.resolve("tokenizer.json");
        try (var in = WordPieceTest.class.getResourceAsStream("/all-minilm-l6-v2-tokenizer.json")) {
            Files.copy(in, json);
        }
        tokenizer = WordPiece.read(json, false);
        var tokens = new ArrayList<String>();
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            tokens.add(tokenizer.token(id));
        }
        lines = Files.write(folder.resolve("vocab.txt"), tokens);
    }

    @ParameterizedTest
    @MethodSource("sentences")
    void awkwardSentences(Sentence sentence) {
        assertArrayEquals(sentence.ids, tokenizer.encode(sentence.text, 512), () -> sentence.text);
    }

    @Test
    void theSameFromAVocabularyByLines() throws IOException {
        var second = WordPiece.read(lines, true);
        for (var sentence : sentences()) {
            assertArrayEquals(sentence.ids, second.encode(sentence.text, 512), () -> sentence.text);
        }
    }

    @Test
    void caseAndAccentsAreKeptWhereTheModelHasThem() {
        var cased = WordPiece.read(lines, false);
        assertArrayEquals(new int[] {101, 100, 7592, 102}, cased.encode("Hello hello", 9));
        assertEquals(100, cased.encode("café", 9)[1], "one letter that the vocabulary lacks");
    }

    @Test
    void aLongTextLosesItsEnd() {
        assertArrayEquals(new int[] {101, 2028, 2048, 102}, tokenizer.encode("one two three four", 4));
        assertArrayEquals(new int[] {101, 2028, 2048, 102}, tokenizer.encode("one two", 4));
        assertArrayEquals(new int[] {101, 102}, tokenizer.encode("one two", 2));
    }

    @Test
    void tokensHaveNames() {
        assertEquals("paris", tokenizer.token(tokenizer.id("paris")));
        assertTrue(assertThrows(UserError.class, () -> tokenizer.id("pariss")).getMessage().contains("'paris'"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "a.json|{'model':{'type':'BPE','vocab':{}}}|'BPE'",
            "a.json|{'model':{'type':'WordPiece','vocab':{'a':0}}}|normalizer 'none'",
            "a.json|{'model':{'vocab':{'a':0}},'normalizer':{'type':'BertNormalizer'}}|no [PAD], [UNK], [CLS], [SEP], [MASK]",
            "a.json|{'model':{'vocab':{'a':0,'b':2}},'normalizer':{'type':'BertNormalizer'}}|'b' has the id 2",
            "a.json|{'model':{'vocab':{'a':0,'b':0}},'normalizer':{'type':'BertNormalizer'}}|'b' has the id 0",
            "a.json|{'model':{'vocab':{'a':'0'}},'normalizer':{'type':'BertNormalizer'}}|has the id",
            "a.json|{'model'|malformed",
            "a.json|[]|kind '?'",
            "a.txt|[PAD]|no [UNK]",
            "nowhere/a.txt||no such file",
    })
    void brokenVocabularies(String name, String text, String problem) throws IOException {
        var file = folder.resolve(name);
        if (text != null) {
            Files.writeString(file, text.replace('\'', '"'));
        }
        var message = assertThrows(UserError.class, () -> WordPiece.read(file, true)).getMessage();
        assertTrue(message.startsWith(file + ": ") && message.contains(problem) && message.lines().count() == 1, message);
    }

    @Test
    void bytesThatAreNoText() throws IOException {
        var file = Files.write(folder.resolve("bytes.txt"), new byte[] {(byte) 0xff, 0});
        assertTrue(assertThrows(UserError.class, () -> WordPiece.read(file, true)).getMessage().contains("UTF-8"));
    }
}
