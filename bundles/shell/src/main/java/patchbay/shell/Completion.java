package patchbay.shell;

import java.util.List;
import java.util.stream.Stream;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.data.sets.DataSet;
import patchbay.lab.Experiment;
import patchbay.lab.ExperimentFolder;
import patchbay.lab.Phase;
import patchbay.lab.Run;
import patchbay.lab.contexts.Contexts;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.RunState;
import patchbay.lab.search.SearchFolder;
import patchbay.model.ModelSettings;
import patchbay.model.Offer;
import patchbay.model.Options;
import patchbay.model.Socket;
import patchbay.model.SocketPattern;
import patchbay.spi.Expert;

/** What Tab offers after a command: experiments and their keys, runs, sockets, plugins and their options. */
@Component(service = Completer.class)
public final class Completion implements Completer {

    private final Runs runs;
    private final ExperimentFolder experiments;

    @Activate
    public Completion(BundleContext context, @Reference Runs runs) {
        this(runs, RunCommand.experiments(context));
    }

    Completion(Runs runs, ExperimentFolder experiments) {
        this.runs = runs;
        this.experiments = experiments;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        if (line.wordIndex() > 0) {
            candidates(line.words().subList(0, line.wordIndex())).forEach(candidates::add);
        }
    }

    /** For the word after {@code words}, whatever has been typed of it. */
    private Stream<Candidate> candidates(List<String> words) {
        int arguments = words.size() - 1;
        var command = words.getFirst().substring(words.getFirst().lastIndexOf(':') + 1);
        return switch (command) {
            case "run" -> arguments == 0
                    ? whole(experiments.names().stream())
                    : Stream.concat(keys(Experiment.keys().stream()), whole(Stream.of("--json", "--background")));
            case "search" -> switch (arguments) {
                case 0 -> whole(SearchCommands.ACTIONS.stream());
                case 1 -> whole(words.get(1).equals("run") ? SearchCommands.names(experiments).stream()
                        : words.get(1).equals("list") ? Stream.empty() : SearchCommands.searches(runs).reversed().stream().map(SearchFolder::id));
                default -> words.get(1).equals("run") ? keys(Experiment.keys().stream()) : Stream.empty();
            };
            case "data" -> arguments == 0 ? whole(DataCommand.ACTIONS.stream())
                    : arguments == 1 && !words.get(1).equals("list") ? whole(DataSet.all().stream().map(DataSet::name)) : Stream.empty();
            case "contexts" -> arguments == 0 ? whole(ContextsCommand.ACTIONS.stream())
                    : words.get(1).equals("measure") ? Stream.concat(whole(Contexts.names(runs.lab().archive()).stream()), keys(ContextsCommand.KEYS.stream()))
                    : keys(Stream.of("file", "chart"));
            case "listen" -> Stream.concat(whole(arguments == 0 ? ids() : Stream.empty()), keys(Stream.of("bytes")));
            case "evaluate" -> Stream.concat(whole(arguments == 0 ? ids() : Stream.empty()), keys(Stream.of("context", "position")));
            case "pause", "stop" -> arguments == 0 ? whole(runs.lab().runs().stream().filter(Run::alive).map(Run::id)) : Stream.empty();
            case "engine" -> Stream.concat(whole(arguments <= 1 ? runs.lab().engines().names().stream() : Stream.empty()),
                    arguments == 0 ? whole(runs.lab().runs().stream().filter(Run::alive).map(Run::id)) : Stream.empty());
            case "profile" -> Stream.concat(arguments == 0 ? whole(runs.lab().runs().stream().filter(Run::alive).map(Run::id)) : Stream.empty(),
                    keys(Stream.of("steps", "by")));
            case "resume" -> arguments == 0 ? whole(resumable()) : Stream.empty();
            case "status", "sockets", "load", "specialisation", "report", "replay" -> arguments == 0 ? whole(ids()) : Stream.empty();
            case "explain" -> Stream.concat(whole(arguments == 0 ? Stream.concat(Phase.names().stream(), ids())
                    : arguments == 1 ? Phase.names().stream() : Stream.empty()), keys(Stream.of("kernel")));
            case "compare" -> arguments < 2 ? whole(ids()) : Stream.empty();
            case "swap" -> switch (arguments) {
                case 0 -> whole(sockets().stream().flatMap(socket -> Stream.of(pattern(socket), socket.path())).distinct());
                case 1 -> whole(fitting(words.get(1)).map(Offer::name).distinct());
                default -> keys(fitting(words.get(1)).filter(offer -> offer.name().equals(words.get(2)))
                        .flatMap(offer -> Options.defaults(offer.part().options()).keySet().stream()).distinct());
            };
            case "expert" -> switch (arguments) {
                case 0 -> whole(ExpertCommands.ACTIONS.stream());
                case 1 -> switch (words.get(1)) {
                    case "add" -> whole(experts().map(Offer::name));
                    case "remove" -> whole(names().stream());
                    default -> Stream.empty();
                };
                default -> words.get(1).equals("remove") ? keys(Stream.of("merge")) : words.get(1).equals("import") ? keys(Stream.of("as"))
                        : words.get(1).equals("add") ? keys(Stream.concat(Stream.of("as", "from"), experts().filter(offer -> offer.name().equals(words.get(2)))
                        .flatMap(offer -> Options.defaults(offer.part().options()).keySet().stream()))) : Stream.empty();
            };
            case "freeze" -> arguments == 0 ? whole(learning()) : Stream.empty();
            case "thaw" -> arguments == 0 ? whole(runs.lab().current().filter(Run::alive).stream().flatMap(run -> run.frozen().stream())) : Stream.empty();
            case "routing" -> arguments == 0 ? whole(RoutingCommand.ACTIONS.stream()) : arguments == 1 && words.get(1).equals("replay") ? whole(ids()) : Stream.empty();
            case "generate" -> arguments == 0 ? Stream.empty()
                    : keys(Stream.of("cache", "continuations", "run", "seed", "temperature", "tokens", "top-k", "top-p", "weights"));
            case "export" -> arguments == 0 ? Stream.empty() : keys(Stream.of("run", "weights"));
            default -> Stream.empty();
        };
    }

    private Stream<String> ids() {
        return runs.all().reversed().stream().map(RunFolder::id);
    }

    private Stream<String> resumable() {
        var alive = runs.lab().runs().stream().filter(run -> run.alive() && run.isPaused()).map(Run::id);
        var ended = runs.all().reversed().stream().map(RunFolder::summary)
                .filter(summary -> summary.state() == RunState.stopped || summary.state() == RunState.interrupted)
                .map(summary -> summary.run());
        return Stream.concat(alive, ended).distinct();
    }

    /** Of the current run; without one, what a model has by default. */
    private List<Socket> sockets() {
        return runs.lab().current().filter(Run::alive)
                .map(Run::sockets)
                .orElseGet(() -> Socket.of(ModelSettings.defaults()));
    }

    /** What can be frozen: experts, and sockets as patterns. */
    private Stream<String> learning() {
        return Stream.concat(names().stream(), sockets().stream().map(Completion::pattern).distinct());
    }

    /** Of the current run's experts. */
    private List<String> names() {
        return runs.lab().current().filter(Run::alive).map(run -> run.model().expertNames()).orElse(List.of());
    }

    private Stream<Offer> experts() {
        return runs.lab().archive().offers().stream().filter(offer -> offer.kind() == Expert.class);
    }

    private static String pattern(Socket socket) {
        return socket.path().replaceFirst("^layers\\.\\d+\\.", "layers.*.");
    }

    /** The plugins that fit the sockets that {@code pattern} matches. */
    private Stream<Offer> fitting(String pattern) {
        var kinds = sockets().stream().filter(socket -> new SocketPattern(pattern).matches(socket.path())).map(Socket::kind).distinct().toList();
        return runs.lab().archive().offers().stream().filter(offer -> kinds.contains(offer.kind()));
    }

    private static Stream<Candidate> whole(Stream<String> words) {
        return words.map(Candidate::new);
    }

    /** With an equals sign, and no space after it. */
    private static Stream<Candidate> keys(Stream<String> names) {
        return names.map(name -> new Candidate(name + "=", name + "=", null, null, null, null, false));
    }
}
