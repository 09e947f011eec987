package patchbay.shell;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Run;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.RunSummary;

/** {@code status} and {@code runs}. */
@Component(service = StatusCommands.class, property = {
    "osgi.command.scope=patchbay", "osgi.command.function=status", "osgi.command.function=runs"})
public final class StatusCommands {

    private static final Usage STATUS = Usage.words("status [RUN]", 0, 1);
    private static final Usage RUNS = Usage.words("runs", 0, 0);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final Runs runs;

    @Activate
    public StatusCommands(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("shows how far a run is; without a name the current run, or the newest")
    public void status(CommandSession session, @Descriptor("[RUN]") String[] words) {
        var id = STATUS.parse(words).optional(0);
        var output = Output.of(session);
        if (id.isEmpty() && runs.newest().isEmpty()) {
            output.line("no run yet; start one with 'run EXPERIMENT'");
            return;
        }
        var folder = runs.folder(id);
        output.print(runs.live(folder).map(StatusCommands::alive).orElseGet(() -> ended(folder)));
    }

    private static String alive(Run run) {
        long steps = run.experiment().training().steps();
        long left = steps - run.step();
        var table = new Table().row("run", run.id())
                .row("state", run.isPaused() ? "paused" : run.state().toString())
                .row("step", "%d of %d, about %s left".formatted(run.step(), steps, Numbers.time(left * run.secondsPerStep())));
        run.last().ifPresent(last -> table
                .row("loss", Numbers.loss(last.loss()))
                .row("speed", Numbers.whole(last.tokensPerSecond()) + " " + run.units() + "/s, " + Numbers.milliseconds(last.milliseconds()) + " a step"));
        run.evaluated().ifPresent(result -> table.row("validation loss", Numbers.loss(result.loss())));
        table.row("engine", run.engine().name());
        if (run.alarms() > 0) {
            table.row("alarms", run.alarms() + ": 'load' shows which");
        }
        table.row("model", Numbers.large(run.size().parameters()) + " parameters, " + Numbers.large(run.size().active()) + " active " + run.unit());
        run.waiting().forEach((step, swap) -> table.row("waiting", "step " + step + ": " + swap));
        return table.row("folder", run.folder().path().toString()).toString();
    }

    private static String ended(RunFolder folder) {
        var summary = folder.summary();
        var table = new Table().row("run", summary.run()).row("state", summary.state().toString());
        if (!summary.problem().isEmpty()) {
            table.row("problem", summary.problem());
        }
        table.row("steps", Long.toString(summary.steps()))
                .row("loss", Numbers.loss(summary.loss()))
                .row("validation loss", Numbers.loss(summary.validationLoss()))
                .row("speed", Numbers.whole(summary.tokensPerSecond()) + " a second")
                .row("swaps", summary.swaps() + (summary.refused() > 0 ? ", " + summary.refused() + " refused" : ""))
                .row("time", Numbers.time(summary.seconds()));
        return table.row(summary.report().isEmpty() ? "folder" : "report", summary.report().isEmpty() ? summary.folder() : summary.report())
                .toString();
    }

    @Descriptor("lists all runs, the newest last")
    public void runs(CommandSession session, @Descriptor("") String[] words) {
        RUNS.parse(words);
        var output = Output.of(session);
        var all = runs.all();
        if (all.isEmpty()) {
            output.line("no run yet; start one with 'run EXPERIMENT'");
            return;
        }
        var table = new Table("run", "state", "steps", "loss", "validation", "a second", "swaps", "started", "").right(2, 3, 4, 5, 6);
        all.stream().map(RunFolder::summary).forEach(summary -> table.row(cells(summary)));
        output.print(table);
    }

    private static String[] cells(RunSummary summary) {
        return new String[] {summary.run(), summary.state().toString(), Long.toString(summary.steps()), Numbers.loss(summary.loss()),
            Numbers.loss(summary.validationLoss()), Numbers.whole(summary.tokensPerSecond()), Integer.toString(summary.swaps()),
            summary.started().toEpochMilli() == 0 ? "-" : TIME.format(summary.started()), summary.problem()};
    }
}
