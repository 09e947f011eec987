package patchbay.shell;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.lab.ExperimentFolder;
import patchbay.lab.Lab;
import patchbay.lab.Run;
import patchbay.lab.search.Search;
import patchbay.lab.search.SearchFolder;
import patchbay.lab.search.SearchListener;
import patchbay.lab.search.Searching;
import patchbay.lab.search.Standing;
import patchbay.tensor.UserError;

/** {@code search}: many arms of one experiment in a race, and their table. */
@Component(service = SearchCommands.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=search"})
public final class SearchCommands {

    private static final Logger LOG = LoggerFactory.getLogger(SearchCommands.class);

    static final List<String> ACTIONS = List.of("run", "resume", "show", "report", "list");
    private static final Usage RUN = Usage.options("search run SEARCH [key=value …] [--background]", 2, 2).flags("--background");
    private static final Usage RESUME = Usage.words("search resume SEARCH [--background]", 2, 2).flags("--background");
    private static final Usage SHOW = Usage.words("search show [SEARCH]", 1, 2);
    private static final Usage REPORT = Usage.words("search report [SEARCH]", 1, 2);
    private static final Usage LIST = Usage.words("search list", 1, 1);

    private final Runs runs;
    private final Foreground foreground;
    private final ExperimentFolder experiments;

    @Activate
    public SearchCommands(BundleContext context, @Reference Runs runs, @Reference Foreground foreground) {
        this(runs, foreground, RunCommand.experiments(context));
    }

    SearchCommands(Runs runs, Foreground foreground, ExperimentFolder experiments) {
        this.runs = runs;
        this.foreground = foreground;
        this.experiments = experiments;
    }

    /** Where search files are looked up by name: {@code cnf/searches}. */
    static ExperimentFolder files(ExperimentFolder experiments) {
        return new ExperimentFolder(experiments.folder().toAbsolutePath().resolveSibling("searches"));
    }

    /** The names of the search files. */
    static List<String> names(ExperimentFolder experiments) {
        var files = files(experiments);
        return Files.isDirectory(files.folder()) ? files.names() : List.of();
    }

    @Descriptor("trains many arms of one experiment with several seeds, by halving or all to the end, and sorts them by validation loss; goes on with a "
            + "search that was interrupted; shows its table, also as Markdown (report)")
    public void search(CommandSession session, @Descriptor("run SEARCH [key=value …] [--background] | resume SEARCH | show [SEARCH] | report [SEARCH] "
            + "| list, where SEARCH of run is a name from cnf/searches or a file, and key=value goes over its base experiment") String[] words)
            throws InterruptedException {
        var output = Output.of(session);
        switch (words.length == 0 ? "" : words[0]) {
            case "run" -> {
                var call = RUN.parse(words);
                var overrides = call.options().entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList();
                var file = file(call.word(1));
                var base = base(file);
                carryOut(session, call.has("--background"), listener -> Searching.begin(runs.lab(), searches(), file, base, overrides, listener));
            }
            case "resume" -> {
                var call = RESUME.parse(words);
                var folder = SearchFolder.find(searches(), call.word(1));
                carryOut(session, call.has("--background"), listener -> Searching.resume(runs.lab(), folder, listener));
            }
            case "show" -> output.print(table(standing(SHOW.parse(words).optional(1))));
            case "report" -> output.print(standing(REPORT.parse(words).optional(1)).markdown());
            case "list" -> {
                LIST.parse(words);
                SearchFolder.all(searches()).forEach(folder -> output.line(folder.id()));
            }
            default -> throw UserError.unknown("action", words.length == 0 ? "" : words[0], ACTIONS);
        }
    }

    private interface Beginning {
        Searching with(SearchListener listener);
    }

    private void carryOut(CommandSession session, boolean background, Beginning beginning) throws InterruptedException {
        var output = Output.of(session);
        if (background || output.interactive()) {
            var announcer = Announcer.of(session);
            var teller = new SearchListener() {
                @Override
                public void told(String line) {
                    announcer.ifPresent(at -> at.reader().printAbove(line));
                }
            };
            var searching = beginning.with(teller);
            output.line(opening(searching));
            Thread.ofPlatform().daemon().name("search " + searching.folder().id()).start(() -> inBackground(searching, teller));
            return;
        }
        try (var searching = beginning.with(new InForeground(output))) {
            output.line(opening(searching));
            boolean done = searching.run();
            output.print(table(searching.standing()));
            if (!done) {
                throw new CommandFailed(stopped(searching));
            }
        }
    }

    /** Has the platform wait for a run's end. */
    private final class InForeground implements SearchListener {

        private final Output output;

        InForeground(Output output) {
            this.output = output;
        }

        @Override
        public void told(String line) {
            output.line(line);
        }

        @Override
        public void attend(Run run) {
            foreground.attend(run, () -> awaited(run));
        }
    }

    /** Until its end; an interrupt asks it to end, with a checkpoint, and is passed on afterwards. */
    private static void awaited(Run run) {
        boolean interrupted = false;
        while (true) {
            try {
                run.await();
                break;
            } catch (InterruptedException interrupt) {
                interrupted = true;
                run.stop("interrupted");
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void inBackground(Searching searching, SearchListener teller) {
        try (searching) {
            teller.told(searching.run() ? "search " + searching.folder().id() + " is done: 'search show' shows its table" : stopped(searching));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (UserError mistake) {
            teller.told("search " + searching.folder().id() + " ended: " + mistake.getMessage());
        } catch (RuntimeException failure) {
            LOG.warn("search {} failed", searching.folder().id(), failure);
        }
    }

    private static String opening(Searching searching) {
        return searching.folder().id() + ": " + searching.plan() + "; if it is interrupted: search resume " + searching.folder().id();
    }

    private static String stopped(Searching searching) {
        return "search " + searching.folder().id() + " stopped, as the run of an arm did; go on by: search resume " + searching.folder().id();
    }

    private Path searches() {
        return searches(runs.lab());
    }

    private static Path searches(Lab lab) {
        return lab.runsFolder().toAbsolutePath().resolveSibling("searches");
    }

    /** The newest last. */
    static List<SearchFolder> searches(Runs runs) {
        return SearchFolder.all(searches(runs.lab()));
    }

    private Path file(String nameOrFile) {
        var files = files(experiments);
        if (!Files.isDirectory(files.folder()) || nameOrFile.contains("/")) {
            return Path.of(nameOrFile); // which is missed where it is read
        }
        return files.find(nameOrFile);
    }

    /** A file beside the search's, an experiment's name, or a path. */
    private Path base(Path file) {
        var base = Search.read(file).base();
        var beside = file.toAbsolutePath().resolveSibling(base);
        return Files.isRegularFile(beside) ? beside : experiments.find(base);
    }

    private Standing standing(Optional<String> id) {
        var folder = id.map(name -> SearchFolder.find(searches(), name)).or(() -> SearchFolder.all(searches()).reversed().stream().findFirst())
                .orElseThrow(() -> new UserError("there is no search yet; start one with 'search run SEARCH'"));
        return Searching.standing(runs.lab(), folder);
    }

    private static Table table(Standing standing) {
        var table = new Table(standing.titles().toArray(String[]::new)).right(1, 2, 3, 4, 5, 6, 7, 8);
        standing.rows().forEach(row -> table.row(row.toArray(String[]::new)));
        return table;
    }
}
