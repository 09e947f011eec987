package patchbay.console;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToIntFunction;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/**
 * Where the launcher hands over: takes the command line's words and returns the process's exit status.
 *
 * <ul>
 *   <li>{@code shell}: the interactive console, or lines from standard input when that is no terminal;
 *   <li>{@code exec LINE…}: each argument is one line of the shell;
 *   <li>anything else: the name of a command followed by its arguments, taken literally.
 * </ul>
 */
@Component(service = ToIntFunction.class, property = "patchbay.entry=true")
public final class Entry implements ToIntFunction<List<String>> {

    /** Its own commands come first when a name is found in several places. */
    private static final String SCOPES = "patchbay:console:*";

    private final Bundle framework;
    private final CommandProcessor processor;
    private final Console console;
    private final ServiceComponentRuntime components;

    @Activate
    public Entry(BundleContext context, @Reference CommandProcessor processor, @Reference Console console,
            @Reference ServiceComponentRuntime components) {
        this.framework = context.getBundle(0); // a context is of no use any more when its bundle has been stopped
        this.processor = processor;
        this.console = console;
        this.components = components;
    }

    @Override
    public int applyAsInt(List<String> words) {
        var in = new FileInputStream(FileDescriptor.in);
        var out = Streams.out();
        var err = Streams.err();
        var mistake = Faults.mistake(components);
        if (mistake.isPresent()) {
            err.println("error: " + mistake.get());
            return 2;
        }
        return switch (words.isEmpty() ? "shell" : words.getFirst()) {
            case "shell" -> Boolean.getBoolean("patchbay.terminal")
                    ? console.run()
                    : batch(in, out, err).lines(() -> lines(in));
            case "exec" -> {
                if (words.size() == 1) {
                    err.println("error: exec needs a command, as in: exec 'status'");
                    yield 2;
                }
                yield batch(in, out, err).lines(words.subList(1, words.size()));
            }
            default -> batch(in, out, err).command(words);
        };
    }

    private Batch batch(InputStream in, PrintStream out, PrintStream err) {
        CommandSession session = processor.createSession(in, out, err);
        session.put("SCOPE", SCOPES);
        session.put(CommandSession.OPTION_NO_GLOB, true); // layers.*.moe.router is a pattern of sockets, not of files
        return new Batch(session, out, err, Boolean.getBoolean("patchbay.traces"), () -> framework.getState() != Bundle.ACTIVE);
    }

    private static Iterator<String> lines(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines()
                .filter(line -> !line.isBlank() && !line.stripLeading().startsWith("#"))
                .iterator();
    }
}
