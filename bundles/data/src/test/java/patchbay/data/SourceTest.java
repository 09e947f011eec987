package patchbay.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

class SourceTest {

    @TempDir
    Path folder;

    private static DataSettings settings(String source, Object path, long limit, String... domains) {
        return new DataSettings(source, path.toString(), "byte", 0.1, limit, 0, List.of(domains));
    }

    private static DataSettings longTexts(String source, Object path, long limit, long shortest) {
        return new DataSettings(source, path.toString(), "byte", 0.1, limit, shortest, List.of());
    }

    private static Corpus read(DataSettings settings) {
        return Source.named(settings.source()).read(settings);
    }

    private static String error(DataSettings settings) {
        return assertThrows(UserError.class, () -> read(settings)).getMessage();
    }

    private static long bytes(Corpus corpus) {
        return corpus.documents().stream().mapToLong(d -> d.text().getBytes(StandardCharsets.UTF_8).length).sum();
    }

    @Test
    void wordNetIsWhole() {
        var corpus = read(settings("wordnet", "", 0));
        assertEquals(117_791, corpus.documents().size());
        assertEquals(45, corpus.domains().size());
        assertEquals(45, corpus.documents().stream().mapToInt(Document::domain).distinct().count());
        assertTrue(corpus.documents().stream().allMatch(d -> d.text().length() > d.name().length() + 2), "every synset has a gloss");
        assertTrue(corpus.documents().stream().noneMatch(d -> d.text().indexOf('\ufffd') >= 0), "the files are ASCII");
        var dog = corpus.documents().stream().filter(d -> d.name().equals("dog (noun)")).findFirst().orElseThrow();
        assertTrue(dog.text().startsWith("dog (noun): a member of the genus Canis"), dog.text());
        assertEquals("noun.animal", corpus.domains().get(dog.domain()));
        assertEquals(corpus.sha256(), read(settings("wordnet", "", 0)).sha256(), "read twice, the same");
    }

    @Test
    void wordNetMarksAndUnderscoresAreNoText() {
        assertEquals(new Document("young bird (noun)", "young bird (noun): a bird that is young", 5),
                WordNet.parse("01527194 05 n 01 young_bird 0 001 @ 01505702 n 0000 | a bird that is young  "));
        assertEquals("ready to hand (adjective)",
                WordNet.parse("00021110 00 s 02 ready_to_hand(p) 0 handy 0 001 & 00020000 a 0000 | easy to reach  ").name());
    }

    @Test
    void limitIsSpreadOverTheWhole() {
        var corpus = read(settings("wordnet", "", 500_000));
        assertTrue(bytes(corpus) <= 500_000 && bytes(corpus) > 490_000, bytes(corpus) + " bytes");
        assertTrue(corpus.documents().stream().mapToInt(Document::domain).distinct().count() >= 40, "the domains are still there");
    }

    @Test
    void domainsSelectByPattern() {
        var corpus = read(settings("wordnet", "", 0, "noun.animal", "verb.*"));
        assertTrue(corpus.documents().stream().map(d -> corpus.domains().get(d.domain()))
                .allMatch(name -> name.equals("noun.animal") || name.startsWith("verb.")));
        assertTrue(corpus.documents().size() > 13_000);
        assertTrue(error(settings("wordnet", "", 0, "noun.animals")).contains("noun.animal"));
    }

    @Test
    void aFileIsOneRunningText() throws IOException {
        var file = Files.writeString(folder.resolve("a.txt"), "aä𝄞b");
        var corpus = read(settings("text", file, 0));
        assertTrue(corpus.continuous());
        assertEquals("aä𝄞b", corpus.documents().getFirst().text());
        assertEquals("aä", read(settings("text", file, 6)).documents().getFirst().text(), "never cut inside a character");
        assertEquals("aä𝄞", read(settings("text", file, 7)).documents().getFirst().text());
        assertEquals("a", read(settings("text", file, 1)).documents().getFirst().text());
    }

    @Test
    void aFolderIsDocumentsInOneOrder() throws IOException {
        Files.createDirectories(folder.resolve("b/c"));
        Files.writeString(folder.resolve("b/c/z.txt"), "zz");
        Files.writeString(folder.resolve("top.txt"), "top");
        Files.writeString(folder.resolve("b/y.txt"), "y");
        Files.writeString(folder.resolve("b/ignored.md"), "no");
        var corpus = read(settings("text", folder, 0));
        assertEquals(List.of("b/c/z.txt", "b/y.txt", "top.txt"), corpus.documents().stream().map(Document::name).toList());
        assertEquals(List.of("b", "text"), corpus.domains());
        assertFalse(corpus.continuous());
        Files.writeString(folder.resolve("b/y.txt"), "Y");
        assertFalse(corpus.sha256().equals(read(settings("text", folder, 0)).sha256()), "a changed letter changes the hash");
    }

    @Test
    void javaReadsTheRunningJdk() {
        var corpus = read(settings("java", "", 300_000, "java.base"));
        assertTrue(bytes(corpus) <= 300_000 && bytes(corpus) > 100_000, bytes(corpus) + " bytes");
        assertTrue(corpus.documents().stream().allMatch(d -> d.name().startsWith("java.base/") && d.text().contains(";")));
        assertTrue(corpus.domains().contains("java.desktop"), "all modules are named, whatever is read");
    }

    @Test
    void longFilesAloneAreReadSpreadOverTheWhole() {
        var corpus = read(longTexts("java", "", 4_000_000, 65_536));
        assertTrue(bytes(corpus) <= 4_000_000 && bytes(corpus) > 3_500_000, bytes(corpus) + " bytes");
        assertTrue(corpus.documents().stream().allMatch(d -> d.text().getBytes(StandardCharsets.UTF_8).length >= 65_536));
        assertTrue(corpus.documents().stream().mapToInt(Document::domain).distinct().count() >= 5, "of several modules");
        assertEquals(corpus.sha256(), read(longTexts("java", "", 4_000_000, 65_536)).sha256(), "read twice, the same");
    }

    @Test
    void shortTextsAreLeftOut() throws IOException {
        Files.writeString(folder.resolve("a.txt"), "12345");
        Files.writeString(folder.resolve("b.txt"), "1234");
        Files.writeString(folder.resolve("c.txt"), "123456");
        assertEquals(List.of("a.txt", "c.txt"), read(longTexts("text", folder, 0, 5)).documents().stream().map(Document::name).toList());
        assertEquals(List.of("a.txt"), read(longTexts("text", folder, 10, 5)).documents().stream().map(Document::name).toList());
        assertTrue(error(longTexts("text", folder, 0, 7)).contains("longest has 6"));
        assertTrue(error(longTexts("text", folder, 4, 5)).contains("any of the 2 documents"), "b.txt would fit");
        assertEquals(0, read(longTexts("wordnet", "", 0, 400)).documents().stream().filter(d -> d.text().length() < 400).count());
    }

    @Test
    void javaReadsAZipOrAFolder() throws IOException {
        var zip = folder.resolve("src.zip");
        try (var files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            Files.createDirectory(files.getPath("/m"));
            Files.writeString(files.getPath("/m/A.java"), "class A {}");
        }
        Files.createDirectory(folder.resolve("m"));
        Files.writeString(folder.resolve("m/A.java"), "class A {}");
        assertEquals(read(settings("java", zip, 0)), read(settings("java", folder, 0)));
    }

    @Test
    void whatIsMissingSaysHowToGetIt() throws IOException {
        assertTrue(error(settings("wordnett", "", 0)).contains("wordnet"));
        assertTrue(error(settings("text", "", 0)).contains("data.path=FILE"));
        assertTrue(error(settings("text", folder.resolve("nowhere.txt"), 0)).contains("nowhere.txt"));
        assertTrue(error(settings("text", folder, 0)).contains("no file *.txt"));
        assertTrue(error(settings("java", folder.resolve("nowhere"), 0)).contains("leave data.path empty"));
        var noZip = Files.writeString(folder.resolve("bad.zip"), "not a zip");
        assertTrue(error(settings("java", noZip, 0)).contains("bad.zip"));
    }

    @Test
    void badTextIsRefusedWithItsPlace() throws IOException {
        var latin = Files.write(folder.resolve("latin.txt"), new byte[] {'a', 'b', (byte) 0xe9, 'c'});
        assertTrue(error(settings("text", latin, 0)).contains("byte 2 is 0xe9"));
        var empty = Files.writeString(folder.resolve("empty.txt"), "");
        assertTrue(error(settings("text", empty, 0)).contains("0 characters"));
        assertTrue(error(settings("wordnet", "", 3)).contains("smaller than any"));
    }
}
