package patchbay.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

class StampsTest {

    @TempDir
    Path folder;

    @BeforeEach
    void draw() throws IOException {
        Files.createDirectories(folder.resolve("animals"));
        for (int i = 10; i < 40; i++) {
            var name = folder.resolve("animals/" + i).toString();
            Files.writeString(Path.of(name + ".png"), "picture " + i);
            Files.writeString(Path.of(name + ".txt"), "Animal " + i + ".\nfr.utf8=Bête " + i + ".\n");
            Files.writeString(Path.of(name + "_desc.ogg"), "said " + i);
            Files.writeString(Path.of(name + "_desc_fr.ogg"), "dit " + i);
            Files.writeString(Path.of(name + "_desc_ro.ogg"), "spus " + i);
        }
    }

    private Examples read(double validation, long limit, String... languages) {
        return Collection.named("stamps").read(new DataSettings("stamps", folder.toString(), "byte", validation, limit, 0, List.of(languages)), 1);
    }

    private static String text(Example example, String modality) {
        return new String(example.parts().get(modality).bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aPictureOnceForEachLanguage() {
        var examples = read(0, 0);
        assertEquals(List.of("en", "fr", "ro"), examples.labels());
        assertEquals(90, examples.training().size());
        var french = examples.training().get(1);
        assertEquals("animals/10 in fr", french.name());
        assertEquals(1, french.label());
        assertEquals(List.of("picture 10", "Bête 10.", "Animal 10.", "dit 10"), Stream.of("image", "text", "english", "sound").map(modality -> text(french, modality)).toList());
        assertEquals(Set.of("image", "english", "sound"), examples.training().get(2).parts().keySet(), "there is no caption in that language");
        assertEquals("Animal 10.", text(examples.training().getFirst(), "text"));
    }

    @Test
    void aPictureIsHeldOutInAllLanguages() {
        var examples = read(0.3, 0);
        var held = pictures(examples.heldOut().get("pictures"));
        assertTrue(!held.isEmpty() && pictures(examples.training()).stream().noneMatch(held::contains));
    }

    private static Set<String> pictures(List<Example> examples) {
        return examples.stream().map(example -> example.name().split(" ")[0]).collect(Collectors.toSet());
    }

    @Test
    void someLanguagesOfSomePictures() {
        var examples = read(0, 10, "ro");
        assertArrayEquals(new int[] {10, 1}, new int[] {examples.training().size(), examples.labels().size()});
        assertEquals("animals/13 in ro", examples.training().get(1).name());
    }

    @Test
    void whatIsNotThereIsTheUsersMistake() {
        assertTrue(assertThrows(UserError.class, () -> read(0, 0, "la")).getMessage().contains("en, fr, ro"));
        var error = assertThrows(UserError.class, () -> Collection.named("stamps").read(new DataSettings("stamps", folder.resolve("x").toString(), "byte", 0, 0, 0, List.of()), 1));
        assertTrue(error.getMessage().contains("./patchbay data get stamps"), error.getMessage());
    }
}
