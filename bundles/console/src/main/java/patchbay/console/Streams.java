package patchbay.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The process's own streams: the shell's runtime replaces those of {@link System} by ones that lead back to a session. */
final class Streams {

    private Streams() {}

    static PrintStream out() {
        return on(FileDescriptor.out);
    }

    static PrintStream err() {
        return on(FileDescriptor.err);
    }

    private static PrintStream on(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
