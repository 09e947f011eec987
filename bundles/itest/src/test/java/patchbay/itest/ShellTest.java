package patchbay.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The interactive shell, at a terminal. */
@Timeout(200)
class ShellTest {

    private static final String PROMPT = "> ";

    @TempDir
    Path folder;

    @BeforeAll
    static void needsATerminal() throws InterruptedException {
        assumeTrue(Terminal.isAvailable(), "no pseudo-terminal: the command 'script' of util-linux is missing");
    }

    private Terminal shell() throws Exception {
        var terminal = new Terminal(new Script(folder));
        terminal.await(PROMPT);
        return terminal;
    }

    @Test
    void tabCompletesACommand() throws Exception {
        try (var terminal = shell()) {
            terminal.type("bundlel\t");
            terminal.await("bundlelevel");
        }
    }

    @Test
    void resultsAreShownAndErrorsAreOneLine() throws Exception {
        try (var terminal = shell()) {
            terminal.enter("[a b c] size");
            terminal.await("3\n");
            terminal.await(PROMPT);
            terminal.enter("nosuch");
            terminal.await("error: unknown command 'nosuch'");
            assertFalse(terminal.await(PROMPT).contains("Exception"));
        }
    }

    @Test
    void historyOutlivesTheShell() throws Exception {
        try (var terminal = shell()) {
            terminal.enter("echo remembered");
            terminal.await("remembered\n");
            terminal.await(PROMPT);
            terminal.enter("exit");
            assertEquals(0, terminal.exitCode());
        }
        try (var terminal = shell()) {
            terminal.type(Terminal.UP + Terminal.UP); // the last line was exit
            terminal.await("echo remembered");
        }
    }

    @Test
    void interruptEndsTheCommandAndNotTheShell() throws Exception {
        try (var terminal = shell()) {
            terminal.enter("echo now; sleep 100");
            terminal.await("now\n");
            long start = System.nanoTime();
            terminal.type(Terminal.CTRL_C);
            terminal.await(PROMPT);
            assertTrue(System.nanoTime() - start < 30_000_000_000L);
            terminal.type("half a line" + Terminal.CTRL_C);
            terminal.await(PROMPT);
            terminal.enter("echo alive");
            terminal.await("alive\n");
            terminal.await(PROMPT);
            terminal.type(Terminal.CTRL_D);
            assertEquals(0, terminal.exitCode());
        }
    }
}
