package patchbay.shell;

import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Run;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Metrics;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.RunLoad;
import patchbay.lab.record.SocketRange;
import patchbay.model.Offer;
import patchbay.model.Options;

/** {@code plugins}, {@code sockets} and {@code load}: what a model can be made of, what it is made of, and how that works. */
@Component(service = RackCommands.class, property = {
    "osgi.command.scope=patchbay", "osgi.command.function=plugins", "osgi.command.function=sockets", "osgi.command.function=load"})
public final class RackCommands {

    private static final Usage PLUGINS = Usage.words("plugins", 0, 0);
    private static final Usage SOCKETS = Usage.words("sockets [RUN]", 0, 1);
    private static final Usage LOAD = Usage.words("load [RUN]", 0, 1);
    /** Steps without a token after which an expert is called dead. */
    private static final int DEAD_AFTER = 100;

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
            + "dead experts, tokens of each expert in the last batch")
    public void load(CommandSession session, @Descriptor("[RUN]") String[] words) {
        var folder = runs.folder(LOAD.parse(words).optional(0));
        Output.of(session).line(runs.live(folder).map(run -> run.loadTable(DEAD_AFTER)).orElseGet(() -> ofRecord(folder)).stripTrailing());
    }

    private static String ofRecord(RunFolder folder) {
        var load = new RunLoad();
        Metrics.forEach(folder.metrics(), load::add);
        return load.table(DEAD_AFTER);
    }

    private static String plug(Fitted fitted) {
        return fitted.options().isEmpty() ? fitted.plugin() : fitted.plugin() + " " + options(fitted.options());
    }

    /** As they are written after a plugin's name. */
    private static String options(Map<String, Object> options) {
        return options.entrySet().stream().map(entry -> entry.getKey() + "=" + value(entry.getValue())).collect(Collectors.joining(" "));
    }

    private static String value(Object value) {
        return value instanceof Enum<?> constant ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-') : String.valueOf(value);
    }
}
