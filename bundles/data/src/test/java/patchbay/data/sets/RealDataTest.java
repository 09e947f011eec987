package patchbay.data.sets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import patchbay.data.Collection;
import patchbay.data.DataSettings;
import patchbay.data.Document;
import patchbay.data.Source;
import patchbay.data.sets.Emoji.Artist;

/** What the data sets really hold, on machines that have them. */
class RealDataTest {

    private static final DataCache CACHE = DataCache.standard();

    @Test
    @NeedsData("mnist")
    void mnistIsWhole() {
        var training = Mnist.training(CACHE);
        var test = Mnist.test(CACHE);
        assertEquals(60_000, training.size());
        assertEquals(10_000, test.size());
        var counts = new int[10];
        for (int i = 0; i < test.size(); i++) {
            counts[test.digit(i).label()]++;
        }
        assertArrayEquals(new int[] {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, counts, "as published");
        assertEquals(5, training.digit(0).label());
    }

    @Test
    @NeedsData("emoji")
    void emojiAreWhole() {
        var emoji = Emoji.all(CACHE);
        assertEquals(1_911, emoji.size());
        assertEquals(10, emoji.stream().map(Emoji::category).distinct().count());
        assertEquals(1_911, emoji.stream().map(Emoji::name).distinct().count());
        for (var one : emoji) {
            for (var artist : Artist.values()) {
                assertEquals((byte) 'P', one.png(artist)[1], one.code());
            }
        }
        var hearts = emoji.stream().filter(one -> one.code().equals("1F970")).findFirst().orElseThrow();
        assertEquals("smiling face with hearts", hearts.name());
        assertTrue(hearts.tags().contains("love"));
    }

    @Test
    @NeedsData("mnist")
    void digitsAreACollectionWithTheTestHeldOut() throws IOException {
        var digits = Collection.named("mnist").read(new DataSettings("mnist", "", "byte", 0.1, 1000, 0, List.of()), 1);
        assertEquals(1000, digits.training().size() + digits.heldOut().get("examples").size());
        assertEquals(10_000, digits.heldOut().get("test").size());
        var first = digits.heldOut().get("test").getFirst();
        assertEquals(7, first.label());
        var picture = ImageIO.read(new ByteArrayInputStream(first.parts().get("image").bytes())).getRaster();
        var pixels = Mnist.test(CACHE).digit(0).pixels();
        for (int i = 0; i < pixels.length; i++) {
            assertEquals(pixels[i] & 0xff, picture.getSample(i % Mnist.SIDE, i / Mnist.SIDE, 0));
        }
    }

    @Test
    @NeedsData("stamps")
    void stampsAreWhole() {
        var stamps = Stamp.all(CACHE);
        assertEquals(785, stamps.size());
        assertEquals(6_258, stamps.stream().mapToInt(stamp -> stamp.speech().size()).sum());
        assertEquals(List.of("be", "bg", "ca", "da", "el", "es", "fr", "ro", "ru"), Stamp.languages(stamps).stream()
                .filter(language -> stamps.stream().filter(stamp -> stamp.speech().containsKey(language)).count() > 250).toList());
        var crow = stamps.stream().filter(stamp -> stamp.name().equals("animals/birds/crow")).findFirst().orElseThrow();
        assertEquals("A crow.", crow.caption());
        assertTrue(crow.sound().isPresent() && crow.spoken("fr").isPresent());
    }

    @Test
    @NeedsData("brown")
    void brownIsWhole() {
        var corpus = Source.named("brown").read(new DataSettings("brown", "", "byte", 0.1, 0, 0, List.of()));
        assertEquals(500, corpus.documents().size());
        assertEquals(15, corpus.domains().size());
        long words = corpus.documents().stream().mapToLong(document -> document.text().split("\\s+").length).sum();
        assertTrue(words > 1_000_000 && words < 1_020_000, words + " words");
        assertTrue(corpus.documents().stream().map(Document::text).noneMatch(text -> text.contains("/nn ") || text.contains("``")), "no tags are left");
        var first = corpus.documents().getFirst();
        assertTrue(first.text().startsWith("The Fulton County Grand Jury said Friday an investigation of Atlanta's recent primary election produced “no evidence” that any"), first.text().substring(0, 200));
    }
}
