package patchbay.console;

import java.io.PrintStream;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.BooleanSupplier;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;

/** Commands without a terminal: one after the other, until one fails. */
record Batch(CommandSession session, PrintStream out, PrintStream err, boolean traces, BooleanSupplier stopping) {

    /** Executes every line in order; the status of the first that fails, or 0. */
    int lines(Iterable<String> lines) {
        for (String line : lines) {
            int status = execute(line, line);
            if (status != 0) {
                return status;
            }
        }
        return 0;
    }

    /** Executes one command whose words are taken as they are: nothing in them means anything to the shell. */
    int command(List<String> words) {
        var line = new StringJoiner(" ").add(words.getFirst());
        for (int i = 1; i < words.size(); i++) {
            session.put("word" + i, words.get(i));
            line.add("$word" + i);
        }
        return execute(line.toString(), String.join(" ", words));
    }

    private int execute(String line, String shown) {
        try {
            Object result = session.execute(line);
            if (result != null) {
                out.println(session.format(result, Converter.INSPECT));
            }
            return 0;
        } catch (Exception e) {
            if (stopping.getAsBoolean()) {
                return 130; // interrupted: the platform is being stopped, and the command with it
            }
            var failure = Failure.of(e);
            err.println("error: " + shown.strip() + ": " + failure.message());
            if (traces) {
                e.printStackTrace(err);
            }
            return failure.exitCode();
        } catch (LinkageError e) {
            if (stopping.getAsBoolean()) {
                return 130; // a class of a bundle that has been stopped under the command
            }
            throw e;
        } finally {
            out.flush();
        }
    }
}
