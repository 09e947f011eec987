package patchbay.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(200)
class ScriptTest {

    @TempDir
    Path folder;

    private Script script() {
        return new Script(folder);
    }

    @Test
    void helpNamesEveryCommand() throws Exception {
        var result = script().run("help");
        assertEquals(0, result.exitCode());
        for (String command : List.of("run", "exec", "data", "test", "bench", "help")) {
            assertTrue(result.out().contains("\n  " + command + " "), command);
        }
    }

    @Test
    void anUnknownCommandNamesTheValidOnes() throws Exception {
        var result = script().run("rum");
        assertEquals(2, result.exitCode());
        assertEquals(List.of("patchbay: unknown command 'rum'; there are: run, shell, exec, data, test, bench, help"), result.errors());
    }

    @Test
    void execAndRunNeedAnArgument() throws Exception {
        for (String command : List.of("exec", "run")) {
            var result = script().run(command);
            assertEquals(2, result.exitCode());
            assertEquals(1, result.errors().size(), result.err());
            assertTrue(result.err().contains(command + " needs "), result.err());
        }
    }

    @Test
    void commandsAreExecutedInOrderAndNothingElseIsWritten() throws Exception {
        var result = script().run("exec", "echo one", "echo two; echo three", "[a b] size");
        assertEquals(0, result.exitCode(), result.err());
        assertEquals("one\ntwo\nthree\n2\n", result.out());
        assertEquals("", result.err());
    }

    @Test
    void theFirstThatFailsEndsItAndIsNamed() throws Exception {
        var result = script().run("exec", "echo before", "nosuch a b", "echo after");
        assertEquals(1, result.exitCode());
        assertEquals("before\n", result.out());
        assertEquals(List.of("error: nosuch a b: unknown command 'nosuch'; 'help' lists the commands"), result.errors());
    }

    @Test
    void wrongArgumentsAreOneLine() throws Exception {
        var result = script().run("exec", "headers 1 2 x");
        assertEquals(1, result.exitCode());
        assertEquals(1, result.errors().size(), result.err());
        assertTrue(result.err().startsWith("error: headers 1 2 x: these arguments do not fit: 'headers' takes "), result.err());
    }

    @Test
    void aTraceIsShownOnlyWhenAskedFor() throws Exception {
        assertFalse(script().run("exec", "nosuch").err().contains("\tat "));
        var verbose = script().run("-v", "exec", "nosuch");
        assertEquals(1, verbose.exitCode());
        assertTrue(verbose.err().contains("\tat "), verbose.err());
    }

    @Test
    void withoutATerminalTheShellReadsLines() throws Exception {
        var result = script().start("echo one\n\n# a comment\necho two\nnosuch\necho three\n").await();
        assertEquals(1, result.exitCode());
        assertEquals("one\ntwo\n", result.out());
        assertEquals(1, result.errors().size(), result.err());
    }

    @Test
    void itWorksThroughALinkAndFromAnyFolder() throws Exception {
        Path elsewhere = Files.createDirectories(folder.resolve("a folder"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("pb"), Path.of("../second"));
        Files.createSymbolicLink(folder.resolve("second"), Script.PROJECT.resolve("patchbay"));
        var result = new Script(link, folder).run("exec", "echo here");
        assertEquals(0, result.exitCode(), result.err());
        assertEquals("here\n", result.out());
        Files.delete(link);
        Files.delete(folder.resolve("second"));
    }

    @Test
    void wordsOfACommandAreTakenLiterally() throws Exception {
        var result = script().run("run", "no such $experiment", "a=(b", "--json");
        assertEquals("", result.out());
        assertFalse(result.exitCode() == 0);
        assertTrue(result.err().startsWith("error: run no such $experiment a=(b --json: "), result.err());
    }

    @Test
    void severalProcessesRunAtOnce() throws Exception {
        var first = script().start("", "exec", "sleep 1", "echo first");
        var second = script().start("", "exec", "echo second");
        assertEquals("second\n", second.await().out());
        assertEquals("first\n", first.await().out());
        assertEquals(List.of(), caches());
    }

    @Test
    void anInterruptStopsThePlatformCleanly() throws Exception {
        Files.createDirectories(folder.resolve("load"));
        var running = script().start("", "exec", "echo started", "sleep 100");
        awaitText(running.out(), "started");
        running.interrupt();
        var result = running.await();
        assertEquals(130, result.exitCode());
        assertFalse(result.err().contains("error:"), result.err());
        assertEquals(List.of(), caches());
    }

    @Test
    void whatAKilledProcessLeftIsRemovedByTheNext() throws Exception {
        var running = script().start("", "exec", "echo started", "sleep 100");
        awaitText(running.out(), "started");
        running.process().destroyForcibly().waitFor();
        assertEquals(1, caches().size());
        assertEquals(0, script().run("exec", "echo hi").exitCode());
        assertEquals(List.of(), caches());
    }

    private List<Path> caches() throws IOException {
        try (var caches = Files.list(folder.resolve("state/cache"))) {
            return caches.toList();
        }
    }

    /** Until a process has written this. */
    static void awaitText(Path file, String text) throws IOException, InterruptedException {
        try (var watcher = FileSystems.getDefault().newWatchService()) {
            file.getParent().register(watcher, StandardWatchEventKinds.ENTRY_MODIFY);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!Files.readString(file).contains(text)) {
                var key = watcher.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (key == null) {
                    throw new AssertionError("'" + text + "' was not written");
                }
                key.pollEvents();
                key.reset();
            }
        }
    }
}
