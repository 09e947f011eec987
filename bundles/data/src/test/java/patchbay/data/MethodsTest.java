package patchbay.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

class MethodsTest {

    @TempDir
    Path folder;

    private Examples read(double validation) {
        return Collection.named("methods").read(new DataSettings("methods", folder.toString(), "byte", validation, 0, 0, List.of()), 1);
    }

    private static String code(Example example) {
        return new String(example.parts().get("code").bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void theNameIsTheLabelAndNowhereInTheCode() throws IOException {
        Files.writeString(folder.resolve("A.java"), """
                class A {
                    /** The size. */
                    int size() {
                        return other.size() + 1; // and size
                    }
                    abstract int none();
                    void empty() { }
                    int first(int at) { return at; }
                }
                """);
        Files.writeString(folder.resolve("B.java"), "class B { int size() { return other.size()   + 1; }  int size(int x) { return x; } }");
        Files.writeString(folder.resolve("C.java"), "no Java");
        var examples = read(0);
        assertEquals(List.of("size", "first"), examples.labels());
        assertEquals(List.of("int NAME() { return other.NAME() + 1; }", "int NAME(int at) { return at; }", "int NAME(int x) { return x; }"),
                examples.training().stream().map(MethodsTest::code).toList(), "each code once, without comments");
        assertEquals(List.of(0, 1, 0), examples.training().stream().map(Example::label).toList());
        assertEquals("A.java: size", examples.training().getFirst().name());
    }

    @Test
    void aFileIsHeldOutAsAWhole() throws IOException {
        for (int file = 0; file < 40; file++) {
            Files.writeString(folder.resolve("F" + file + ".java"), "class F { int a() { return %d; } int b() { return -%d; } }".formatted(file, file + 1));
        }
        var examples = read(0.3);
        var held = examples.heldOut().get("files");
        assertEquals(80, examples.training().size() + held.size());
        assertTrue(!held.isEmpty() && held.size() % 2 == 0, held.size() + " held out");
        assertTrue(Stream.of(held).flatMap(List::stream).noneMatch(example -> examples.training().stream().anyMatch(other -> file(other).equals(file(example)))));
    }

    private static String file(Example example) {
        return example.name().substring(0, example.name().indexOf(':'));
    }

    @Test
    void noMethodsAreTheUsersMistake() throws IOException {
        Files.writeString(folder.resolve("A.java"), "interface A { int size(); }");
        assertTrue(assertThrows(UserError.class, () -> read(0)).getMessage().contains("no method with a body"));
    }
}
