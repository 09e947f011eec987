package patchbay.console;

import java.io.FileDescriptor;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The process's own streams. */
final class Streams {

    private Streams() {}

    static PrintStream out() {
        return new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    }

    /** Standard error, wherever the script has put it. */
    static PrintStream err() {
        String path = System.getProperty("patchbay.stderr");
        try {
            return new PrintStream(
                    path == null ? new FileOutputStream(FileDescriptor.err) : new FileOutputStream(path, true),
                    true, StandardCharsets.UTF_8);
        } catch (FileNotFoundException e) {
            throw new IllegalStateException("standard error cannot be reopened from " + path, e);
        }
    }
}
