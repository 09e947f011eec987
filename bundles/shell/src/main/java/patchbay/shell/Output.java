package patchbay.shell;

import java.io.PrintStream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Process;

/**
 * Where a command writes.
 *
 * @param interactive whether somebody sits at a prompt, which a long command gives back at once
 * @param terminal whether a line that was written can be written over
 */
record Output(PrintStream out, PrintStream err, boolean interactive, boolean terminal) {

    private static final String TERMINAL = ".terminal"; // how the console's sessions keep theirs

    /** Of the command that the calling thread executes. */
    static Output of(CommandSession session) {
        var process = Process.Utils.current();
        boolean interactive = session.get(TERMINAL) != null;
        return new Output(process.out(), process.err(), interactive, interactive || Boolean.getBoolean("patchbay.terminal"));
    }

    /** With everything on standard error, so that standard output has nothing but a result. */
    Output aside() {
        return new Output(err, err, interactive, false);
    }

    void print(Object text) {
        out.print(text);
        out.flush();
    }

    void line(Object text) {
        out.println(text);
        out.flush();
    }
}
