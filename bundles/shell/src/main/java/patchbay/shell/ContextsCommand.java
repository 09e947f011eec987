package patchbay.shell;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.contexts.Contexts;
import patchbay.lab.contexts.CostChart;
import patchbay.lab.contexts.Costs;
import patchbay.lab.contexts.Point;
import patchbay.lab.contexts.Work;
import patchbay.tensor.UserError;

/** {@code contexts}: what attentions cost as the context grows. */
@Component(service = ContextsCommand.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=contexts"})
public final class ContextsCommand {

    static final List<String> ACTIONS = List.of("measure", "report");
    static final List<String> KEYS = List.of("tokens", "work", "limit", "file");
    private static final Usage MEASURE = Usage.options(
            "contexts measure [ATTENTION …] [tokens=1K,2K,…,128K] [work=forward,training,decode] [limit=20] [file=COSTS.csv]", 1, 100);
    private static final Usage REPORT = Usage.options("contexts report file=COSTS.csv [chart=CHART.svg]", 1, 1);
    private static final int LONGEST = 1 << 24;

    private final Runs runs;

    @Activate
    public ContextsCommand(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("measures one layer of attentions over longer and longer texts: time and memory forward, in training and decoding, and how they grow; "
            + "writes what it measured into a file, and draws it")
    public void contexts(CommandSession session, @Descriptor("measure [ATTENTION …] [tokens=1K,2K,…,128K] [work=forward,training,decode] [limit=20] [file=COSTS.csv] "
            + "| report file=COSTS.csv [chart=CHART.svg], where limit is the seconds that a run may take, and file keeps what others measured") String[] words) throws InterruptedException {
        var output = Output.of(session);
        switch (words.length == 0 ? "" : words[0]) {
            case "measure" -> measure(MEASURE.parse(words), output);
            case "report" -> report(REPORT.parse(words), output);
            default -> throw UserError.unknown("action", words.length == 0 ? "" : words[0], ACTIONS);
        }
    }

    private void measure(Usage.Call call, Output output) throws InterruptedException {
        Usage.only(call, KEYS.toArray(String[]::new));
        var shelf = runs.lab().archive();
        var known = Contexts.names(shelf);
        var chosen = call.words().subList(1, call.words().size());
        for (var name : chosen) {
            if (!known.contains(name)) {
                throw UserError.unknown("attention", name, known);
            }
        }
        var works = Optional.ofNullable(call.options().get("work")).map(text -> Stream.of(text.split(",")).map(Work::named).toList()).orElse(List.of(Work.values()));
        var lengths = Optional.ofNullable(call.options().get("tokens")).map(ContextsCommand::lengths)
                .orElse(IntStream.rangeClosed(10, 17).mapToObj(power -> 1 << power).toList());
        var file = Optional.ofNullable(call.options().get("file")).map(Path::of);
        var kept = file.map(Costs::read).orElse(new Costs(List.of()));
        var contexts = new Contexts(runs.lab().engine(), shelf, limit(call));
        var measured = new ArrayList<Point>();
        for (var attention : chosen.isEmpty() ? known : chosen) {
            for (var work : works) {
                measured.addAll(contexts.measure(attention, work, lengths, new Told(output)));
                file.ifPresent(to -> kept.with(measured).write(to)); // what was measured stays if what follows is interrupted
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
        output.line("");
        print(new Costs(measured), output);
    }

    private record Told(Output output) implements Contexts.Listener {

        @Override
        public void measured(Point point) {
            output.line(String.format(Locale.ROOT, "%s, %s, %s: %.4g ms, %.4g MB", point.attention(), point.work(), Costs.length(point.tokens()), point.seconds() * 1e3, point.bytes() / 1e6));
        }

        @Override
        public void ended(String attention, Work work, int tokens, String reason) {
            output.line(attention + ", " + work + ", " + Costs.length(tokens) + ": " + reason);
        }
    }

    private static void report(Usage.Call call, Output output) {
        Usage.only(call, "file", "chart");
        var file = Optional.ofNullable(call.options().get("file")).map(Path::of).orElseThrow(() -> new UserError("usage: " + REPORT.text()));
        var costs = Costs.read(file);
        if (costs.points().isEmpty()) {
            throw new UserError(file + " holds no costs; write some by: contexts measure file=" + file);
        }
        output.print(costs.markdown());
        Optional.ofNullable(call.options().get("chart")).ifPresent(chart -> CostChart.write(costs, Path.of(chart)));
    }

    private static void print(Costs costs, Output output) {
        for (var work : Work.values()) {
            if (!costs.rows(work).isEmpty()) {
                var titles = costs.titles(work);
                var table = new Table(titles.toArray(String[]::new)).right(IntStream.range(1, titles.size()).boxed().toArray(Integer[]::new));
                costs.rows(work).forEach(row -> table.row(row.toArray(String[]::new)));
                output.line(table);
            }
        }
    }

    /** {@code 1K,10000}. */
    private static List<Integer> lengths(String text) {
        return Stream.of(text.split(",")).map(ContextsCommand::length).sorted().distinct().toList();
    }

    private static int length(String text) {
        if (text.matches("[1-9][0-9]{0,7}K?")) {
            long tokens = text.endsWith("K") ? 1024L * Integer.parseInt(text.substring(0, text.length() - 1)) : Integer.parseInt(text);
            if (tokens <= LONGEST) {
                return (int) tokens;
            }
        }
        throw new UserError("tokens: '" + text + "' is no length from 1 to " + LONGEST / 1024 + "K; write them as 1K,2K,10000");
    }

    private static double limit(Usage.Call call) {
        var text = call.options().getOrDefault("limit", "20");
        try {
            double seconds = Double.parseDouble(text);
            if (seconds > 0) {
                return seconds;
            }
        } catch (NumberFormatException notANumber) {
            // told below
        }
        throw new UserError("limit=" + text + ": it must be a number of seconds above 0");
    }
}
