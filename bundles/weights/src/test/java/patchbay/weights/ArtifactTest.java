package patchbay.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.tensor.UserError;

class ArtifactTest {

    @TempDir
    Path folder;

    private Path zip(String name, Map<String, byte[]> entries) throws IOException {
        var file = folder.resolve(name);
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (var entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return file;
    }

    private static String error(String place, String file) {
        var message = assertThrows(UserError.class, () -> {
            try (var artifact = Artifact.open(place)) {
                artifact.file(file);
            }
        }).getMessage();
        assertTrue(message.startsWith(place) || message.startsWith("unknown file of " + place), message);
        return message;
    }

    /** A checkpoint, of which the index alone is asked for, in an archive within an archive. */
    @Test
    void anArchiveWithinAnArchive() throws IOException {
        Files.createDirectory(folder.resolve("made"));
        var index = CheckpointFiles.write(folder.resolve("made"), Map.of("bias", new float[] {1, 2}));
        var inner = zip("inner.zip", Map.of("variables/model.index", Files.readAllBytes(index), "vocab.txt", new byte[0],
                "variables/model.data-00000-of-00001", Files.readAllBytes(index.resolveSibling("model.data-00000-of-00001"))));
        var outer = zip("outer.jar", Map.of("com/model", Files.readAllBytes(inner)));
        Path unpacked;
        try (var artifact = Artifact.open(outer + "!com/model"); var weights = artifact.weights("variables/model.index")) {
            assertEquals(List.of("variables/model.data-00000-of-00001", "variables/model.index", "vocab.txt"), artifact.names());
            assertArrayEquals(new float[] {1, 2}, weights.floats("bias"));
            unpacked = artifact.file("vocab.txt");
            assertTrue(Files.exists(unpacked));
        }
        assertFalse(Files.exists(unpacked.getParent()), "what was unpacked is removed");
    }

    @Test
    void aFolder() throws IOException {
        var made = Files.createDirectories(folder.resolve("a/b"));
        Files.writeString(made.resolve("vocab.txt"), "x");
        try (var artifact = Artifact.open(folder.resolve("a").toString())) {
            assertEquals(List.of("b/vocab.txt"), artifact.names());
            assertEquals("x", Files.readString(artifact.file("b/vocab.txt")));
        }
        assertTrue(Files.exists(made.resolve("vocab.txt")));
    }

    @Test
    void mistakes() throws IOException {
        var jar = zip("a.jar", Map.of("model.onnx", new byte[1])).toString();
        assertTrue(error(jar, "model.onx").contains("'model.onnx'"));
        assertTrue(error(jar, "../a.jar").contains("unknown file"));
        assertTrue(error(folder.toString(), "../etc").contains("unknown file"));
        assertTrue(error(folder.resolve("b.jar").toString(), "x").contains("no such file"));
        assertTrue(error(jar + "!model.onnx", "x").contains("no archive"));
        assertTrue(error("org.nobody:nothing:1.0", "x").contains("mvn dependency:get -Dtransitive=false -Dartifact=org.nobody:nothing:1.0"));
        assertEquals("org.nobody:nothing:1.0 is an artifact; name a file in it: org.nobody:nothing:1.0!model.onnx",
                assertThrows(UserError.class, () -> Location.of("org.nobody:nothing:1.0")).getMessage());
        assertTrue(assertThrows(UserError.class, () -> Artifact.cached("a")).getMessage().contains("group:artifact:version"));
    }
}
