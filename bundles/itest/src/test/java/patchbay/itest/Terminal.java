package patchbay.itest;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The interactive shell on a pseudo-terminal, made by {@code script} of util-linux: what is typed, and what is seen. */
final class Terminal implements AutoCloseable {

    static final String CTRL_C = "\u0003";
    static final String CTRL_D = "\u0004";
    /** As a terminal sends it in the mode that line editors switch on. */
    static final String UP = "\u001bOA";
    private static final long SECONDS = 60;
    private static final Pattern CONTROLS = Pattern.compile("\u001b\\[[0-9;?]*[a-zA-Z]|\u001b[=>]|[\r\b]");

    private final Process process;
    private final OutputStream keyboard;
    private final StringBuilder screen = new StringBuilder();
    /** How much of the plain screen has been awaited before. */
    private int seen;

    Terminal(Script script) throws IOException {
        // exec: a shell that stayed in between would get the interrupts too, and end with their status.
        process = script.builder(List.of("script", "-q", "-e", "-c", "exec " + script.command(), "/dev/null"))
                .redirectErrorStream(true).start();
        keyboard = process.getOutputStream();
        Thread.ofVirtual().start(this::read);
    }

    /** Whether this machine can make a pseudo-terminal. */
    static boolean isAvailable() throws InterruptedException {
        try {
            var probe = new ProcessBuilder("script", "-q", "-e", "-c", "tty", "/dev/null").redirectErrorStream(true).start();
            probe.getOutputStream().close();
            return probe.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    void type(String keys) throws IOException {
        keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
    }

    void enter(String line) throws IOException {
        type(line + "\r");
    }

    /** Waits until this text is on the screen, after what was awaited before; what came up to its end. */
    String await(String text) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        synchronized (screen) {
            while (true) {
                String plain = plain(screen).substring(seen);
                int at = plain.indexOf(text);
                if (at >= 0) {
                    seen += at + text.length(); // what follows in the same read is awaited next
                    return plain.substring(0, at + text.length());
                }
                long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (millis <= 0) {
                    throw new AssertionError("'" + text + "' did not come; on the screen: " + plain);
                }
                screen.wait(millis);
            }
        }
    }

    /** The exit status of the shell. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the shell does not end; on the screen: " + plain(screen));
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.toHandle().destroy(); // leaves the streams open, for the thread that reads them
    }

    private void read() {
        var buffer = new char[4096];
        try (var in = process.inputReader(StandardCharsets.UTF_8)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                synchronized (screen) {
                    screen.append(buffer, 0, n);
                    screen.notifyAll();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without colours and movements of the cursor. */
    private static String plain(CharSequence text) {
        return CONTROLS.matcher(text).replaceAll("");
    }
}
