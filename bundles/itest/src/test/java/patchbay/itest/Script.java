package patchbay.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The script {@code ./patchbay}, run as a user runs it, with its state, store and {@code load/} in a folder of the test's own. */
record Script(Path command, Path folder) {

    static final Path PROJECT = Path.of(System.getProperty("patchbay.project")).toAbsolutePath().normalize();
    private static final int SECONDS = 90;
    /**
     * A build in the background ignores interrupts and passes that on to its children; this undoes it, where the
     * system's {@code env} can.
     */
    private static final List<String> SIGNALS = defaultSignals();

    Script(Path folder) {
        this(PROJECT.resolve("patchbay"), folder);
    }

    /** What a finished process left. */
    record Result(int exitCode, String out, String err) {

        List<String> errors() {
            return err.lines().toList();
        }
    }

    Result run(String... arguments) throws IOException, InterruptedException {
        return start("", arguments).await();
    }

    /** Starts it with standard input from a file, so that it is no terminal, wherever the tests run. */
    Running start(String input, String... arguments) throws IOException {
        Path in = Files.writeString(Files.createTempFile(folder, "in", ""), input);
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        var words = new ArrayList<>(List.of(command.toString()));
        words.addAll(List.of(arguments));
        ProcessBuilder builder = builder(words).redirectInput(in.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
        return new Running(builder.start(), out, err);
    }

    private static List<String> defaultSignals() {
        var words = List.of("env", "--default-signal=INT");
        try {
            var probe = new ArrayList<>(words);
            probe.add("true");
            return new ProcessBuilder(probe).redirectErrorStream(true).start().waitFor() == 0 ? words : List.of();
        } catch (IOException | InterruptedException cannot) {
            return List.of();
        }
    }

    /** A process with this script's folders. */
    ProcessBuilder builder(List<String> words) {
        var command = new ArrayList<>(SIGNALS);
        command.addAll(words);
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("PATCHBAY_BUILD", "never"); // the build is what runs this test
        builder.environment().put("PATCHBAY_OPTS", "-Xmx512m -Dpatchbay.state=" + folder.resolve("state")
                + " -Dpatchbay.load=" + folder.resolve("load")
                + " -Dpatchbay.store=" + folder.resolve("store")
                + " -Dpatchbay.runs=" + folder.resolve("runs"));
        builder.environment().put("TERM", "xterm");
        return builder;
    }

    /** A process under way, and the files it writes to. */
    record Running(Process process, Path out, Path err) {

        Result await() throws IOException, InterruptedException {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("not finished after " + SECONDS + " s: " + Files.readString(out) + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        }

        /** As the terminal does on Ctrl-C. */
        void interrupt() throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        }
    }
}
