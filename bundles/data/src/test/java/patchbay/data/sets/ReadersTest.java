package patchbay.data.sets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.data.DataSettings;
import patchbay.data.Source;
import patchbay.data.sets.Emoji.Artist;
import patchbay.tensor.UserError;

/** Readers on tiny sets of the real ones' layout. */
class ReadersTest {

    @TempDir
    Path root;

    private DataCache cache() {
        return DataCache.at(root);
    }

    private void write(String name, String text) throws IOException {
        write(name, text.getBytes());
    }

    private void write(String name, byte[] bytes) throws IOException {
        Files.createDirectories(root.resolve(name).getParent());
        Files.write(root.resolve(name), bytes);
    }

    private void writeMnist(String name, int count, int labels) throws IOException {
        var images = ByteBuffer.allocate(16 + count * 784).putInt(2051).putInt(count).putInt(28).putInt(28);
        for (int i = 0; i < count * 784; i++) {
            images.put((byte) (i / 784 + i % 28));
        }
        write("mnist/" + name + "-images-idx3-ubyte", images.array());
        var digits = ByteBuffer.allocate(8 + labels).putInt(2049).putInt(labels);
        for (int i = 0; i < labels; i++) {
            digits.put((byte) (i % 10));
        }
        write("mnist/" + name + "-labels-idx1-ubyte", digits.array());
    }

    @Test
    void mnist() throws IOException {
        writeMnist("train", 12, 12);
        writeMnist("t10k", 3, 3);
        var training = Mnist.training(cache());
        assertEquals(12, training.size());
        assertEquals(1, training.digit(11).label());
        assertEquals(784, training.digit(11).pixels().length);
        assertEquals(11 + 27, training.digit(11).pixels()[27]);
        assertEquals(3, Mnist.test(cache()).size());
        writeMnist("t10k", 3, 4);
        assertTrue(assertThrows(UserError.class, () -> Mnist.test(cache())).getMessage().contains("3 pictures and 4 labels"));
        write("mnist/train-images-idx3-ubyte", new byte[20]);
        assertTrue(assertThrows(UserError.class, () -> Mnist.training(cache())).getMessage().contains("is not the file of MNIST"));
    }

    @Test
    void emoji() throws IOException {
        write("emoji/emoji.json", """
                [{"unified": "1F970", "image": "1f970.png", "category": "Smileys & Emotion"},
                 {"unified": "0023-FE0F-20E3", "image": "0023-fe0f-20e3.png", "category": "Symbols"},
                 {"unified": "1F9FF", "image": "one-artist.png", "category": "Objects"}]""");
        write("emoji/labels.json", """
                [{"label": "keycap: #", "hexcode": "23-20E3"}, {"label": "smiling face with hearts", "hexcode": "1F970", "tags": ["adore", "love"]},
                 {"label": "nazar amulet", "hexcode": "1F9FF"}]""");
        for (var artist : List.of("google", "twitter")) {
            write("emoji/" + artist + "/1f970.png", artist + " hearts");
            write("emoji/" + artist + "/0023-fe0f-20e3.png", artist + " key");
        }
        write("emoji/google/one-artist.png", "x");
        var all = Emoji.all(cache());
        assertEquals(List.of("0023-FE0F-20E3", "1F970"), all.stream().map(Emoji::code).toList());
        assertEquals("keycap: #", all.getFirst().name());
        assertEquals(List.of("adore", "love"), all.getLast().tags());
        assertEquals("Smileys & Emotion", all.getLast().category());
        assertArrayEquals("twitter hearts".getBytes(), all.getLast().png(Artist.TWITTER));
        write("emoji/emoji.json", "[{");
        assertTrue(assertThrows(UserError.class, () -> Emoji.all(cache())).getMessage().contains("emoji.json"));
    }

    @Test
    void stamps() throws IOException {
        write("stamps/animals/birds/crow.png", "picture");
        write("stamps/animals/birds/crow.txt", "A crow.\nfr.utf8=Un corbeau.\npt_BR.utf8=Um corvo.\n");
        write("stamps/animals/birds/crow.ogg", "caw");
        write("stamps/animals/birds/crow_desc.ogg", "a crow");
        write("stamps/animals/birds/crow_desc_fr.ogg", "un corbeau");
        write("stamps/animals/birds/crow_desc_da.ogg.ogg", "en krage");
        write("stamps/animals/birds/crow_desc_pt_BR.wav", "um corvo");
        write("stamps/animals/birds/crow_fr.ogg", "of no description");
        write("stamps/animals/birds/crow_mirror.png", "without a caption");
        write("stamps/shapes/square.svg", "lines");
        write("stamps/shapes/square.txt", "A square.");
        write("stamps/shapes/dot.png", "dot");
        write("stamps/shapes/dot.txt", "A dot.");
        var stamps = Stamp.all(cache());
        assertEquals(List.of("animals/birds/crow", "shapes/dot"), stamps.stream().map(Stamp::name).toList());
        var crow = stamps.getFirst();
        assertEquals("animals", crow.category());
        assertEquals("A crow.", crow.caption());
        assertEquals(Map.of("fr", "Un corbeau.", "pt_BR", "Um corvo."), crow.captions());
        assertArrayEquals("picture".getBytes(), crow.png());
        assertEquals(Optional.of(root.resolve("stamps/animals/birds/crow.ogg")), crow.sound());
        assertArrayEquals("un corbeau".getBytes(), crow.spoken("fr").orElseThrow());
        assertEquals(List.of("da", "en", "fr", "pt_BR"), Stamp.languages(stamps));
        assertEquals(Optional.empty(), stamps.getLast().spoken("fr"));
    }

    @Test
    void brown() throws IOException {
        write("b/cats.txt", "ca01 news\ncb01 editorial\n");
        write("b/ca01", "\n\n\tThe/at jury/nn said/vbd ``/`` no/at evidence/nn ''/'' that/cs (/( 1\\/2/cd **zg/nn )/) ./.\n\n\n\t``/`` Why/wrb ''/'' ?/. ?/.\n");
        write("b/cb01", "Is/bez it/pps --/-- so/rb ;/. yes/rb ./.");
        var corpus = Source.named("brown").read(new DataSettings("brown", root.resolve("b").toString(), "byte", 0.1, 0, 0, List.of()));
        assertEquals(List.of("editorial", "news"), corpus.domains());
        assertEquals("The jury said “no evidence” that (1\\/2).\n“Why”??\n", corpus.documents().getFirst().text());
        assertEquals(1, corpus.documents().getFirst().domain());
        assertEquals("Is it -- so; yes.\n", corpus.documents().getLast().text());
        var one = Source.named("brown").read(new DataSettings("brown", root.resolve("b").toString(), "byte", 0.1, 0, 0, List.of("ed*")));
        assertEquals(List.of("cb01"), one.documents().stream().map(document -> document.name()).toList());
        assertTrue(assertThrows(UserError.class, () -> Source.named("brown").read(new DataSettings("brown", root.toString(), "byte", 0.1, 0, 0, List.of())))
                .getMessage().contains("has no Brown corpus with a cats.txt"));
    }
}
