package patchbay.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A memory in the framework, where the vector index lives inside of a bundle, and in a second process. */
@Timeout(200)
class MemoryScriptTest {

    @TempDir
    Path folder;

    @Test
    void aTextThatOneProcessReadAnotherRemembers() throws Exception {
        Files.writeString(folder.resolve("text.txt"), "the quick brown fox jumps over the lazy dog and runs away. ".repeat(80));
        Files.writeString(folder.resolve("tiny.yaml"), """
                data: {source: text, path: %s, tokenizer: char}
                model: {layers: 2, dim: 16, heads: 2, context: 12, hidden: 16, dense: all}
                sockets: {layers.*.attention: {memory: {recent: 64, working: 128, retrieved: 32, exact: 12}}}
                training: {steps: 3, batch: 4, warm-up: 1, evaluate-every: 0, evaluate-batches: 2, checkpoint-every: 0}
                """.formatted(folder.resolve("text.txt")));
        var first = new Script(folder).run("exec", "run tiny.yaml", "memory read " + folder.resolve("text.txt") + " session=fox chunk=16 block=8 grain=4",
                "memory save");
        assertEquals(0, first.exitCode(), first.err());
        assertEquals("", first.err());
        assertTrue(first.out().contains("fox: 4,720 tokens read, "), first.out());
        var second = new Script(folder).run("exec", "memory load fox", "memory ask 'the quick ' tokens=5", "memory", "memory end", "memory delete fox");
        assertEquals(0, second.exitCode(), second.err());
        assertEquals("", second.err());
        assertTrue(second.out().contains("fox: 4,735 tokens read"), second.out());
        assertTrue(second.out().contains("retrieved last:"), second.out());
    }
}
