package patchbay.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import patchbay.tensor.UserError;

class DatasetTest {

    private static final ByteTokenizer BYTES = new ByteTokenizer();

    private static Corpus documents(int count) {
        var documents = IntStream.range(0, count).mapToObj(i -> new Document("d" + i, "text " + i, i % 3)).toList();
        return Corpus.of("text", documents, List.of("a", "b", "c"));
    }

    private static Corpus running(String text) {
        return Corpus.of("text", List.of(new Document("d", text, 0)), List.of("text"));
    }

    @Test
    void everyDocumentIsOnOneSideWithItsEnd() {
        var dataset = Dataset.of(documents(1000), BYTES, 0.2, 7);
        var training = Arrays.asList(BYTES.decode(ends(dataset.training().tokens())).split("\n"));
        var validation = Arrays.asList(BYTES.decode(ends(dataset.validation().tokens())).split("\n"));
        assertEquals(1000, training.size() + validation.size());
        assertTrue(validation.size() > 150 && validation.size() < 250, validation.size() + " held out");
        assertTrue(validation.stream().noneMatch(training::contains));
        assertEquals(training.size(), dataset.training().documents().length);
    }

    /** Ends of documents made visible. */
    private static int[] ends(int[] tokens) {
        return Arrays.stream(tokens).map(token -> token == 256 ? '\n' : token).toArray();
    }

    @Test
    void theSplitIsTheSeeds() {
        var once = Dataset.of(documents(100), BYTES, 0.2, 7).validation().tokens();
        assertArrayEquals(once, Dataset.of(documents(100), BYTES, 0.2, 7).validation().tokens());
        assertFalse(Arrays.equals(once, Dataset.of(documents(100), BYTES, 0.2, 8).validation().tokens()));
    }

    @Test
    void ofFewDocumentsOneIsHeldOut() {
        for (long seed = 1; seed <= 10; seed++) {
            var dataset = Dataset.of(documents(3), BYTES, 0.001, seed);
            assertEquals(1, dataset.validation().documents().length);
            assertEquals(2, dataset.training().documents().length);
        }
        assertEquals(0, Dataset.of(documents(3), BYTES, 0, 1).validation().length());
    }

    @Test
    void domainsRunBesideTheTokens() {
        var stream = Dataset.of(documents(50), BYTES, 0, 1).training();
        for (int i = 0; i < stream.documents().length; i++) {
            int end = i + 1 < stream.documents().length ? stream.documents()[i + 1] : stream.length();
            assertEquals(256, stream.tokens()[end - 1]);
            for (int t = stream.documents()[i]; t < end; t++) {
                assertEquals(i % 3, stream.domains()[t]);
            }
        }
    }

    @Test
    void theLastPartOfARunningTextIsHeldOut() {
        var dataset = Dataset.of(running("0123456789"), BYTES, 0.1, 1);
        assertEquals("012345678", BYTES.decode(dataset.training().tokens()));
        assertEquals("9", BYTES.decode(dataset.validation().tokens()));
    }

    @Test
    void textTooShortForAWindowIsAnErrorWithNumbers() {
        var dataset = Dataset.of(running("0123456789"), BYTES, 0.1, 1);
        var message = assertThrows(UserError.class, () -> new Batches(dataset.training(), 1, 9, 1)).getMessage();
        assertTrue(message.contains("training") && message.contains("9 tokens") && message.contains("needs 10"), message);
        assertTrue(assertThrows(UserError.class, () -> new EvaluationBatches(dataset.validation(), 1, 1, 1)).getMessage().contains("validation"));
        assertThrows(UserError.class, () -> new Batches(dataset.training(), 1, 0, 1));
        assertThrows(UserError.class, () -> new Batches(dataset.training(), 1, Integer.MAX_VALUE, 1));
        assertEquals(9, dataset.training().length());
        new Batches(dataset.training(), 1, 8, 1).fill(0, 0, new int[8], new int[8], new int[8]);
    }

    @Test
    void partsOutOfRangeAreRefused() {
        for (double part : new double[] {-0.1, 1, Double.NaN}) {
            assertThrows(UserError.class, () -> new DataSettings("text", "", "byte", part, 0, 0, List.of()));
        }
        assertThrows(UserError.class, () -> new DataSettings("text", "", "byte", 0, -1, 0, List.of()));
        assertThrows(UserError.class, () -> new DataSettings("text", "", "byte", 0, 0, -1, List.of()));
    }
}
