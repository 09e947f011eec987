package patchbay.console;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.felix.gogo.runtime.CommandNotFoundException;

/**
 * What a failed command tells the person who typed it: one line, and the status a batch exits with.
 *
 * @param message what went wrong, without a trace
 * @param exitCode 2 for the user's own mistake (an exception with a public {@code int exitCode()} decides), otherwise 1
 */
record Failure(String message, int exitCode) {

    /** Gogo's words for arguments that fit no signature of a command. */
    private static final Pattern COERCION = Pattern.compile("Cannot coerce (\\S+?)\\(.*\\) to any of \\[(.*)]", Pattern.DOTALL);

    static Failure of(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            var code = exitCode(cause);
            if (code.isPresent()) {
                return new Failure(text(cause), code.get());
            }
        }
        if (thrown instanceof CommandNotFoundException unknown) {
            return new Failure("unknown command '" + unknown.getCommand() + "'; 'help' lists the commands", 1);
        }
        var coercion = COERCION.matcher(String.valueOf(thrown.getMessage()));
        if (thrown instanceof IllegalArgumentException && coercion.matches()) {
            String command = coercion.group(1);
            String signatures = coercion.group(2).replace(", (", " or (");
            return new Failure("these arguments do not fit: '" + command + "' takes " + signatures + "; see 'help " + command + "'", 1);
        }
        return new Failure(text(root(thrown)), 1);
    }

    private static Optional<Integer> exitCode(Throwable thrown) {
        try {
            Method method = thrown.getClass().getMethod("exitCode");
            return method.getReturnType() == int.class ? Optional.of((Integer) method.invoke(thrown)) : Optional.empty();
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return thrown.getClass().getSimpleName().equals("UserError") ? Optional.of(2) : Optional.empty();
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(thrown.getClass().getName() + ".exitCode() failed", e);
        }
    }

    /** Reflection and the shell's own machinery wrap what happened; the innermost wrapped exception is the news. */
    private static Throwable root(Throwable thrown) {
        Throwable root = thrown;
        while (root instanceof InvocationTargetException && root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String text(Throwable thrown) {
        if (thrown instanceof OutOfMemoryError) {
            return "%,d MB of memory are not enough for this: PATCHBAY_OPTS=-Xmx… allows more, and smaller batches and sizes need less (%s)".formatted(
                    Runtime.getRuntime().maxMemory() >> 20, thrown.getMessage());
        }
        return thrown.getMessage() == null || thrown.getMessage().isBlank()
                ? thrown.getClass().getSimpleName()
                : exitCode(thrown).isPresent() || thrown.getClass().getPackageName().startsWith("patchbay")
                        ? thrown.getMessage()
                        : thrown.getClass().getSimpleName() + ": " + thrown.getMessage();
    }
}
