package patchbay.shell;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Experiment;
import patchbay.lab.Run;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Metrics;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.RunLoad;
import patchbay.lab.record.SocketRange;
import patchbay.lab.record.Specialisation;
import patchbay.model.Offer;
import patchbay.model.Options;
import patchbay.model.Plug;

/** {@code plugins}, {@code sockets}, {@code load} and {@code specialisation}: what a model can be made of, what it is made of, and how that works. */
@Component(service = RackCommands.class, property = {
    "osgi.command.scope=patchbay", "osgi.command.function=plugins", "osgi.command.function=sockets", "osgi.command.function=load",
    "osgi.command.function=specialisation"})
public final class RackCommands {

    private static final Usage PLUGINS = Usage.words("plugins", 0, 0);
    private static final Usage SOCKETS = Usage.words("sockets [RUN]", 0, 1);
    private static final Usage LOAD = Usage.words("load [RUN]", 0, 1);
    private static final Usage SPECIALISATION = Usage.words("specialisation [RUN]", 0, 1);

    private final Runs runs;

    @Activate
    public RackCommands(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("lists the plugins that can be put into sockets, with their options' defaults and their bundles")
    public void plugins(CommandSession session, @Descriptor("") String[] words) {
        PLUGINS.parse(words);
        var table = new Table("kind", "plugin", "bundle", "options");
        runs.lab().archive().offers().stream()
                .sorted(Comparator.comparing((Offer offer) -> Offer.word(offer.kind())).thenComparing(Offer::name))
                .forEach(offer -> table.row(Offer.word(offer.kind()), offer.name(), offer.provider().toString(),
                        options(Options.defaults(offer.part().options()))));
        var output = Output.of(session);
        output.print(table);
        runs.lab().archive().conflicts().forEach(conflict -> output.line("conflict: " + conflict));
    }

    @Descriptor("shows what is in a run's sockets; without a name the current run, or the newest")
    public void sockets(CommandSession session, @Descriptor("[RUN]") String[] words) {
        var folder = runs.folder(SOCKETS.parse(words).optional(0));
        var wiring = runs.live(folder).map(Run::wiring).orElseGet(() -> Journal.read(folder.journal()).effective().wiring());
        var table = new Table("socket", "kind", "plugin", "bundle");
        for (var fitted : SocketRange.collapse(wiring)) {
            table.row(fitted.socket(), fitted.kind(), plug(fitted), fitted.provider().toString());
        }
        Output.of(session).print(table);
    }

    @Descriptor("shows the experts' load, a line a layer: MaxVio of the last batch and of the whole run, entropy (1 is even), "
            + "dead experts, tokens of each expert in the last batch; quantiles over the layers, the gate's mass, what a capacity dropped")
    public void load(CommandSession session, @Descriptor("[RUN]") String[] words) {
        var folder = runs.folder(LOAD.parse(words).optional(0));
        Output.of(session).line(runs.live(folder).map(Run::loadTable).orElseGet(() -> ofRecord(folder)).stripTrailing());
    }

    @Descriptor("shows which expert gets which domain by the last evaluation, in percent of the domain's tokens, and how much an expert "
            + "tells of the domain: their mutual information in nats")
    public void specialisation(CommandSession session, @Descriptor("[RUN]") String[] words) {
        var folder = runs.folder(SPECIALISATION.parse(words).optional(0));
        var output = Output.of(session);
        var known = Specialisation.read(folder);
        if (known.isEmpty()) {
            output.line("not known: the run has not been evaluated yet, has no mixture layer, or its text is of one domain");
            return;
        }
        known.get().layers().forEach((path, counts) -> {
            output.line("%s after %,d steps: mutual information %.3f nats".formatted(path, known.get().step(), known.get().information().get(path)));
            output.print(table(known.get().domains(), counts));
        });
    }

    private static Table table(List<String> domains, double[][] counts) {
        int experts = counts[0].length;
        var head = new ArrayList<>(List.of("domain", "tokens"));
        IntStream.range(0, experts).mapToObj(Integer::toString).forEach(head::add);
        var table = new Table(head.toArray(String[]::new)).right(IntStream.rangeClosed(1, experts + 1).boxed().toArray(Integer[]::new));
        for (int domain = 0; domain < counts.length; domain++) {
            double tokens = Arrays.stream(counts[domain]).sum();
            if (tokens > 0) {
                var row = new ArrayList<>(List.of(domains.get(domain), Numbers.whole(tokens)));
                Arrays.stream(counts[domain]).forEach(count -> row.add(Numbers.whole(100 * count / tokens)));
                table.row(row.toArray(String[]::new));
            }
        }
        return table;
    }

    private static String ofRecord(RunFolder folder) {
        var load = new RunLoad();
        Metrics.forEach(folder.metrics(), load::add);
        return load.table(Experiment.read(folder.experiment(), List.of()).alarms().dead());
    }

    private static String plug(Fitted fitted) {
        return fitted.options().isEmpty() ? fitted.plugin() : fitted.plugin() + " " + options(fitted.options());
    }

    /** As they are written after a plugin's name. */
    private static String options(Map<String, Object> options) {
        return Plug.brief(options).entrySet().stream().map(entry -> entry.getKey() + "=" + value(entry.getValue())).collect(Collectors.joining(" "));
    }

    private static String value(Object value) {
        return value instanceof Enum<?> constant ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-') : String.valueOf(value);
    }
}
