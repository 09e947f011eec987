package patchbay.console;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.felix.gogo.jline.Builtin;
import org.apache.felix.gogo.jline.Expander;
import org.apache.felix.gogo.jline.Highlighter;
import org.apache.felix.gogo.jline.ParsedLineImpl;
import org.apache.felix.gogo.jline.Parser;
import org.apache.felix.gogo.jline.Posix;
import org.apache.felix.gogo.jline.Procedural;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.gogo.runtime.CommandSessionImpl;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Job;
import org.jline.builtins.Completers;
import org.jline.builtins.Completers.CompletionData;
import org.jline.reader.Completer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interactive shell: Gogo's language read by JLine, with completion, history and errors of one line.
 *
 * <p>Other bundles contribute by services: a {@link Supplier} of text with {@code patchbay.prompt=true} is asked for the
 * prompt before each line, every {@link Completer} completes beside the names of commands, and the lines of
 * {@code cnf/profile.gogo} are executed at the start.
 */
@Component(service = Console.class)
public final class Console {

    private static final Logger LOG = LoggerFactory.getLogger(Console.class);
    private static final String PROMPT = "patchbay> ";
    private static final Set<String> EXIT = Set.of("exit", "quit");

    private final BundleContext context;
    private final CommandProcessor processor;
    /** The number of the line that is being executed; 0 while one is being typed. */
    private final AtomicLong executing = new AtomicLong();
    private long lines;

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    private volatile List<Completer> completers = List.of();

    @Reference(target = "(patchbay.prompt=true)", cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    @SuppressWarnings("rawtypes")
    private volatile List<Supplier> prompts = List.of();

    @Activate
    public Console(BundleContext context, @Reference CommandProcessor processor) {
        this.context = context;
        this.processor = processor;
        register(new Builtin(), "complete", "history", "format", "set", "type", "jobs", "fg", "bg", "__files", "__directories");
        register(new Procedural(), "each", "if", "not", "try", "throw", "until", "while", "break", "continue");
        register(new Posix(processor), "cat", "echo", "grep", "head", "tail", "sort", "wc", "less", "ls", "cd", "pwd", "clear", "sleep");
    }

    /** Reads and executes until the end of the input or {@code exit}. */
    int run() {
        // Signals are the terminal's own while it reads; native ones reach the command that runs in the foreground.
        try (Terminal terminal = TerminalBuilder.builder().name("patchbay").system(true).nativeSignals(true)
                .signalHandler(Terminal.SignalHandler.SIG_IGN).build();
                var out = new PrintStream(terminal.output(), true, StandardCharsets.UTF_8); // seen at once, not at the command's end
                CommandSession session = processor.createSession(terminal.input(), out, out)) {
            if (terminal.getWidth() == 0) {
                terminal.setSize(new Size(80, 24)); // a pseudo-terminal that was never given one
            }
            return loop(session, terminal, reader(session, terminal));
        } catch (IOException e) {
            Streams.err().println("error: no console: " + e.getMessage());
            return 1;
        }
    }

    private int loop(CommandSession session, Terminal terminal, LineReader reader) throws IOException {
        profile(session, terminal);
        terminal.handle(Signal.INT, signal -> interrupt(session));
        while (true) {
            try {
                reader.readLine(prompt());
                if (!(reader.getParsedLine() instanceof ParsedLineImpl line)) {
                    return end(reader);
                }
                if (EXIT.contains(line.line().strip())) {
                    return end(reader);
                }
                executing.set(++lines);
                try {
                    execute(session, terminal, line.program());
                } finally {
                    executing.set(0);
                }
            } catch (UserInterruptException e) {
                LOG.trace("line given up", e); // Ctrl-C while typing only clears the line
            } catch (EndOfFileException e) {
                return end(reader);
            }
        }
    }

    private static int end(LineReader reader) throws IOException {
        reader.getHistory().save();
        return 0;
    }

    private static void execute(CommandSession session, Terminal terminal, CharSequence program) {
        try {
            Object result = session.execute(program);
            if (result != null) {
                terminal.writer().println(session.format(result, Converter.INSPECT));
            }
        } catch (Exception e) {
            terminal.writer().println("error: " + Failure.of(e).message());
            if (Boolean.getBoolean("patchbay.traces")) {
                e.printStackTrace(terminal.writer());
            }
        } finally {
            terminal.flush();
        }
    }

    /**
     * Ends the line that is being executed. Each of its commands is a job of its own, and between two of them nobody hears
     * an interrupt, so it is said again for as long as the line goes on.
     */
    private void interrupt(CommandSession session) {
        long line = executing.get();
        if (line == 0) {
            return;
        }
        Thread.ofVirtual().name("interrupt").start(() -> {
            for (int again = 0; again < 5 && executing.get() == line; again++) {
                Job job = session.foregroundJob();
                if (job != null) {
                    job.interrupt();
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
            }
        });
    }

    private String prompt() {
        return prompts.isEmpty() ? PROMPT : prompts.getFirst().get().toString();
    }

    private LineReader reader(CommandSession session, Terminal terminal) throws IOException {
        Path state = Files.createDirectories(Path.of(context.getProperty("patchbay.state")));
        session.put("SCOPE", "patchbay:console:*");
        session.put(CommandSession.OPTION_NO_GLOB, true); // layers.*.moe.router is a pattern of sockets, not of files
        session.put(Shell.VAR_TERMINAL, terminal);
        session.put(Shell.VAR_PROCESSOR, processor);
        session.put(Shell.VAR_SESSION, session);
        session.put(Shell.VAR_COMPLETIONS, new HashMap<String, List<CompletionData>>());
        LineReader reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .variables(((CommandSessionImpl) session).getVariables())
                .variable(LineReader.HISTORY_FILE, state.resolve("history"))
                .completer(completer(session))
                .highlighter(new Highlighter(session))
                .parser(new Parser())
                .expander(new Expander(session))
                .build();
        reader.setOpt(LineReader.Option.AUTO_FRESH_LINE);
        session.put(Shell.VAR_READER, reader);
        return reader;
    }

    private Completer completer(CommandSession session) {
        var scripted = new Completers.Completer(new Environment(session));
        return (reader, line, candidates) -> {
            scripted.complete(reader, line, candidates);
            completers.forEach(completer -> completer.complete(reader, line, candidates));
        };
    }

    private void profile(CommandSession session, Terminal terminal) throws IOException {
        Path profile = Path.of(context.getProperty("patchbay.home"), "cnf/profile.gogo");
        if (Files.exists(profile)) {
            execute(session, terminal, Files.readString(profile));
        }
    }

    private void register(Object commands, String... names) {
        var properties = new Hashtable<String, Object>(Map.of(
                CommandProcessor.COMMAND_SCOPE, "console", CommandProcessor.COMMAND_FUNCTION, names));
        context.registerService(Object.class, commands, properties);
    }

    /** What JLine's scripted completion asks of a Gogo session. */
    private record Environment(CommandSession session) implements Completers.CompletionEnvironment {

        @Override
        public Map<String, List<CompletionData>> getCompletions() {
            return Shell.getCompletions(session);
        }

        @Override
        public Set<String> getCommands() {
            return Shell.getCommands(session);
        }

        @Override
        public String resolveCommand(String command) {
            return Shell.resolve(session, command);
        }

        @Override
        public String commandName(String command) {
            return command.substring(command.indexOf(':') + 1);
        }

        @Override
        public Object evaluate(LineReader reader, ParsedLine line, String function) throws Exception {
            session.put(Shell.VAR_COMMAND_LINE, line);
            return session.execute(function);
        }
    }
}
