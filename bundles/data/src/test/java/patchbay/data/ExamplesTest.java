package patchbay.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import patchbay.data.sets.Emoji;
import patchbay.tensor.UserError;

/** Collections of examples, and the batches that they become. */
class ExamplesTest {

    private static DataSettings settings(int limit, String... modalities) {
        return new DataSettings("figures", "", "byte", 0.2, limit, 0, List.of(modalities));
    }

    private static List<Example> some(int count) {
        var examples = new ArrayList<Example>();
        for (int i = 0; i < count; i++) {
            examples.add(new Example("example " + i, i, Map.of()));
        }
        return examples;
    }

    @Test
    void eachComesOnceAPassInAnOrderOfItsOwn() {
        for (int count : new int[] {1, 7, 16, 100, 1000}) {
            var batches = new ExampleBatches(some(count), 4, 2, 5);
            int each = Math.max(1, count / 4);
            var orders = new HashSet<List<Example>>();
            for (int pass = 0; pass < 3; pass++) {
                var seen = new ArrayList<Example>();
                for (int number = pass * each; number < (pass + 1) * each; number++) {
                    seen.addAll(batches.at(number / 2, number % 2));
                }
                assertEquals(count < 4 ? count : each * 4, new HashSet<>(seen).size(), "of " + count);
                orders.add(seen);
            }
            assertEquals(count < 7 ? 1 : 3, orders.size(), "of " + count);
        }
    }

    @Test
    void aBatchIsAFunctionOfItsNumber() {
        var batches = new ExampleBatches(some(50), 8, 1, 5);
        assertEquals(batches.at(17, 0), new ExampleBatches(some(50), 8, 1, 5).at(17, 0));
        assertNotEquals(batches.at(17, 0), new ExampleBatches(some(50), 8, 1, 6).at(17, 0));
    }

    @Test
    void heldOutExamplesAreTakenEvenly() {
        assertEquals(3, HeldOutExamples.of(some(10), 4, 100).count());
        assertEquals(2, HeldOutExamples.of(some(10), 4, 100).at(2).size());
        var few = HeldOutExamples.of(some(100), 4, 5);
        assertEquals(5, few.count());
        assertEquals(95, few.at(4).getLast().label());
    }

    @Test
    void figuresAreDrawnDescribedAndHeard() throws Exception {
        var examples = Collection.named("figures").read(settings(50), 0);
        assertEquals(50, examples.training().size() + examples.heldOut().get("examples").size());
        for (var example : examples.training()) {
            var caption = new String(example.parts().get("text").bytes());
            assertTrue(caption.contains(examples.labels().get(example.label())), caption);
            var picture = ImageIO.read(new ByteArrayInputStream(example.parts().get("image").bytes()));
            assertEquals(32, picture.getWidth());
            assertTrue(example.parts().get("sound").bytes().length > 4000);
        }
        var again = Collection.named("figures").read(settings(50), 0);
        assertEquals(examples.sha256(), again.sha256());
        assertArrayEquals(examples.training().getFirst().parts().get("image").bytes(), again.training().getFirst().parts().get("image").bytes());
        assertEquals(List.of("text"), List.copyOf(Collection.named("figures").read(settings(5, "text"), 0).training().getFirst().parts().keySet()));
    }

    @Test
    void questionsHaveTheirAnswersInTheList() {
        var examples = Collection.named("figure-questions").read(settings(100), 0);
        for (var example : examples.training()) {
            assertTrue(example.name().endsWith(" " + examples.labels().get(example.label())), example.name());
        }
        assertTrue(examples.training().stream().map(Example::label).distinct().count() > 10);
    }

    private static List<Emoji> emoji(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Emoji("U" + i, "name " + i, i % 2 == 0 ? List.of() : List.of("tag", "word"), "category " + i % 3, Map.of())).toList();
    }

    @Test
    void ofEmojiSomeAreHeldOutAndAllOfTheOtherArtist() {
        var examples = Pictographs.read(emoji(100), new DataSettings("emoji", "", "byte", 0.3, 0, 0, List.of("category 0", "category 2")), 1);
        assertEquals(List.of("category 0", "category 2"), examples.labels());
        assertEquals(List.of("emoji", "both", "artist"), List.copyOf(examples.heldOut().keySet()));
        assertEquals(67, examples.training().size() + examples.heldOut().get("emoji").size());
        assertEquals(names(examples.training(), " by GOOGLE"), names(examples.heldOut().get("artist"), " by TWITTER"));
        assertEquals(names(examples.heldOut().get("emoji"), " by GOOGLE"), names(examples.heldOut().get("both"), " by TWITTER"));
        assertTrue(names(examples.training(), "").stream().noneMatch(names(examples.heldOut().get("emoji"), "")::contains));
        var captions = examples.training().stream().map(example -> new String(example.parts().get("text").bytes())).toList();
        assertTrue(captions.stream().allMatch(caption -> caption.matches("name \\d*[02468]|name \\d*[13579]: tag, word")), captions::toString);
        var few = Pictographs.read(emoji(100), new DataSettings("emoji", "", "byte", 0, 10, 0, List.of()), 1);
        assertEquals(10, few.training().size());
        assertEquals(List.of("artist"), List.copyOf(few.heldOut().keySet()));
    }

    private static List<String> names(List<Example> examples, String artist) {
        return examples.stream().map(example -> example.name().replaceFirst(artist + "$", "")).toList();
    }

    @Test
    void aTextIsPassagesOfItsDocuments() {
        var settings = new DataSettings("wordnet", "", "byte", 0.1, 200_000, 0, List.of("noun.animal", "noun.plant"));
        var passages = Collection.named("wordnet").read(settings, 0);
        var dataset = Dataset.read(settings, 0);
        assertEquals(dataset.domains(), passages.labels());
        long training = passages.training().stream().mapToLong(example -> example.parts().get("text").bytes().length).sum();
        long ends = passages.training().stream().map(example -> example.name().replaceAll(", from \\d+$", "")).distinct().count();
        assertTrue(training < dataset.training().length() && training > dataset.training().length() - 2 * ends, "the same documents, without their ends");
        assertTrue(passages.training().stream().allMatch(example -> example.parts().get("text").bytes().length <= 600));
        assertTrue(passages.training().stream().map(Example::label).distinct().count() == 2);
    }

    @Test
    void mistakesNameTheChoices() {
        var unknown = assertThrows(UserError.class, () -> Collection.named("figurs"));
        assertTrue(unknown.getMessage().contains("figures"), unknown.getMessage());
        var modality = assertThrows(UserError.class, () -> Collection.named("figures").read(settings(5, "smell"), 0));
        assertTrue(modality.getMessage().contains("image"), modality.getMessage());
    }
}
