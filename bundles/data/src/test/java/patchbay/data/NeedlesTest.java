package patchbay.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NeedlesTest {

    @TempDir
    Path folder;

    private Corpus read(String... domains) throws Exception {
        Files.writeString(folder.resolve("A.java"), "class A {\n    int one;\n}\n".repeat(100));
        return Source.named("needles").read(new DataSettings("needles", folder.toString(), "byte", 0.1, 0, 0, List.of(domains)));
    }

    @Test
    void factsAreSaidAgainAndNeverOtherwise() throws Exception {
        var corpus = read();
        assertEquals(List.of("dense", "facts", "far", "sparse"), corpus.domains());
        for (var document : corpus.documents()) {
            var facts = document.text().lines().filter(line -> line.startsWith("// code of ")).toList();
            assertTrue(facts.stream().distinct().count() * 2 < facts.size(), document.name() + " says facts again");
            var names = facts.stream().map(line -> line.substring(0, line.indexOf('='))).distinct().count();
            assertEquals(names, facts.stream().distinct().count(), document.name() + " says one thing of a name");
        }
        assertEquals(corpus.sha256(), read().sha256());
        assertEquals(1, read("dense").documents().size());
    }

    @Test
    void aHaystackSaysEachFactOnce() {
        var tokenizer = new ByteTokenizer();
        var haystack = Haystack.of(tokenizer, 20_000, 8, 1);
        assertEquals(20_000, haystack.tokens().length);
        assertEquals(8, haystack.planted().size());
        var text = tokenizer.decode(haystack.tokens());
        for (var planted : haystack.planted()) {
            var value = planted.fact().value();
            assertEquals(value, tokenizer.decode(haystack.tokens(), planted.at(), value.length()));
            assertEquals(text.indexOf(planted.fact().line()), text.lastIndexOf(planted.fact().question()));
        }
    }
}
