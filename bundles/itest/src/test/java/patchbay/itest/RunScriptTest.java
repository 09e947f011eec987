package patchbay.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs by the script and at the prompt: what a user sees of them, and what a process leaves. */
@Timeout(300)
class RunScriptTest {

    private static final String ENDLESS = "training.steps=10000000";

    @TempDir
    Path folder;

    @BeforeEach
    void writeExperiment() throws IOException {
        Files.writeString(folder.resolve("text.txt"), "the quick brown fox jumps over the lazy dog and runs away. ".repeat(80));
        Files.writeString(folder.resolve("tiny.yaml"), """
                data: {source: text, path: %s, tokenizer: char}
                model: {layers: 2, dim: 16, heads: 2, context: 12, hidden: 16, experts: 4, k: 2}
                training: {steps: 30, batch: 4, warm-up: 5, evaluate-every: 0, evaluate-batches: 2, checkpoint-every: 0}
                swaps: [{step: 15, socket: layers.*.moe.router, plugin: cosine}]
                """.formatted(folder.resolve("text.txt")));
    }

    private Script script() {
        return new Script(folder);
    }

    private String run() throws IOException {
        try (var runs = Files.list(folder.resolve("runs"))) {
            return runs.findFirst().orElseThrow().getFileName().toString();
        }
    }

    @Test
    void jsonIsTheLastAndOnlyLine() throws Exception {
        var result = script().run("run", "tiny.yaml", "--json");
        assertEquals(0, result.exitCode(), result.err());
        assertTrue(result.out().matches("\\{\"run\":\"tiny-[^\n]*\"steps\":30,[^\n]*\"swaps\":1,[^\n]*}\n"), result.out());
        assertTrue(result.err().contains("step 15: layers.0-1.moe.router: top-k → cosine"), result.err());
        assertTrue(Files.exists(folder.resolve("runs").resolve(run()).resolve("report.html")));
    }

    @Test
    void aMistakeBeginsNothing() throws Exception {
        for (var words : List.of(List.of("run", "quickstrat"), List.of("run", "tiny.yaml", "model.k=9"), List.of("run", "tiny.yaml", "--jsn"),
                List.of("exec", "swap a", "echo more"))) {
            var result = script().run(words.toArray(String[]::new));
            assertEquals(2, result.exitCode(), result.err());
            assertEquals("", result.out());
            assertEquals(1, result.errors().size(), result.err());
            assertFalse(Files.exists(folder.resolve("runs")));
        }
    }

    @Test
    void aSwapThatIsRefusedFailsAndTheRunGoesOn() throws Exception {
        var result = script().run("exec", "run tiny.yaml 'swaps=[]' --background " + ENDLESS,
                "swap layers.*.moe.router cosine temperature=0.3", "rollback", "status", "swap layers.*.moe.router cosine temperature=-1", "echo more");
        assertEquals(1, result.exitCode(), result.err());
        assertTrue(result.out().contains(": layers.0-1.moe.router: top-k → cosine {temperature=0.3}"), result.out());
        assertTrue(result.out().contains("rolled back"), result.out());
        assertTrue(result.out().contains("running"), result.out());
        assertEquals(1, result.errors().size(), result.err());
        assertTrue(result.err().contains("temperature must be above 0"), result.err());
        assertTrue(script().run("exec", "runs").out().contains("stopped"), "it ended with the process, in good order");
    }

    @Test
    void anInterruptedRunIsResumedAndRepeatedBitForBit() throws Exception {
        var running = script().start("", "run", "tiny.yaml", ENDLESS);
        ScriptTest.awaitText(running.out(), "step 15: ");
        running.interrupt();
        var interrupted = running.await();
        assertEquals(130, interrupted.exitCode());
        assertEquals("", interrupted.err());
        assertTrue(interrupted.out().contains("go on   patchbay exec 'resume " + run() + "'"), interrupted.out());

        var result = script().run("exec", "resume " + run() + " --background", "swap layers.0.moe.balancer loss-free", "stop", "replay " + run(),
                "compare " + run() + " replay");
        assertEquals(0, result.exitCode(), result.err());
        assertTrue(result.out().contains(", 2 swaps ("), result.out());
        assertTrue(result.out().contains("losses: bit-identical at all "), result.out());
    }

    @Test
    void thePromptShowsTheRunAndTabKnowsSocketsAndPlugins() throws Exception {
        assumeTrue(Terminal.isAvailable(), "no pseudo-terminal: the command 'script' of util-linux is missing");
        try (var terminal = new Terminal(script())) {
            terminal.await("patchbay> ");
            terminal.enter("run tiny.yaml " + ENDLESS + " 'swaps=[]'");
            terminal.await("patchbay tiny ");
            terminal.type("swap layers.*.moe.r\tco\t");
            terminal.await("cosine ");
            terminal.enter("");
            terminal.await("layers.0-1.moe.router: top-k → cosine");
            terminal.await("patchbay tiny ");
            terminal.enter("stop");
            terminal.await(" stopped after step ");
            terminal.await(" stopped> ");
            terminal.enter("exit");
            assertEquals(0, terminal.exitCode());
        }
    }
}
