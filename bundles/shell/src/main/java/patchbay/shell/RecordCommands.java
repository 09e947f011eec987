package patchbay.shell;

import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Replay;
import patchbay.lab.record.Comparison;
import patchbay.lab.record.RunFolder;
import patchbay.lab.report.Report;

/** {@code compare}, {@code replay} and {@code report}: what the record of a run is good for. */
@Component(service = RecordCommands.class, property = {
    "osgi.command.scope=patchbay", "osgi.command.function=compare", "osgi.command.function=replay", "osgi.command.function=report"})
public final class RecordCommands {

    private static final Usage COMPARE = Usage.words("compare RUN RUN", 2, 2);
    private static final Usage REPLAY = Usage.words("replay RUN", 1, 1);
    private static final Usage REPORT = Usage.words("report [RUN]", 0, 1);
    private static final int SHOWN = 8;

    private final Runs runs;
    private final Foreground foreground;

    @Activate
    public RecordCommands(@Reference Runs runs, @Reference Foreground foreground) {
        this.runs = runs;
        this.foreground = foreground;
    }

    @Descriptor("shows what differs between two runs: settings, wiring, bundles, data, and their losses")
    public void compare(CommandSession session, @Descriptor("RUN RUN") String[] words) {
        var call = COMPARE.parse(words);
        Output.of(session).print(Comparison.of(find(call.word(0)), find(call.word(1))).toText());
    }

    @Descriptor("repeats a run from its record, swaps included, and compares every loss, bit for bit on the cpu engine")
    public void replay(CommandSession session, @Descriptor("RUN") String[] words) {
        var original = find(REPLAY.parse(words).word(0));
        var output = Output.of(session);
        var watch = new Watch(output);
        var running = Replay.begin(runs.lab(), original, watch);
        foreground.attend(running.run(), () -> watch.until(running.run()));
        var verdict = running.verdict();
        if (!verdict.repeated()) {
            throw new CommandFailed(difference(verdict));
        }
        output.line("bit-identical: %d steps, %d swaps (%s)".formatted(verdict.steps(), verdict.swaps(), verdict.replay()));
        if (verdict.close() > 0) {
            output.line("the other %d steps are not bound to be: their engine promises no same bits; their losses differ by at most %s"
                    .formatted(verdict.close(), verdict.deviation()));
        }
    }

    @Descriptor("writes a run's report anew, as the run is now, and shows where it is")
    public void report(CommandSession session, @Descriptor("[RUN]") String[] words) {
        Output.of(session).line(Report.write(runs.folder(REPORT.parse(words).optional(0))));
    }

    private RunFolder find(String id) {
        return RunFolder.find(runs.lab().runsFolder(), id);
    }

    static String difference(Replay.Verdict verdict) {
        var text = new StringBuilder();
        if (verdict.differing().isPresent()) {
            text.append("step %d differs: the loss was %s and is %s now; %d steps before it are bit-identical (%s)".formatted(
                    verdict.differing().getAsLong(), verdict.then(), verdict.now(), verdict.steps(), verdict.replay()));
        } else {
            text.append("the replay ended after %d of %d steps, %d of them bit-identical: %s (%s)".formatted(
                    verdict.steps() + verdict.close(), verdict.of(), verdict.steps(), verdict.problem(), verdict.replay()));
        }
        verdict.refusals().forEach(refusal -> text.append("\n  refused this time: ").append(refusal));
        if (!verdict.circumstances().isEmpty()) {
            text.append(verdict.circumstances().stream().limit(SHOWN).map(Object::toString)
                    .collect(Collectors.joining("\n  ", "\n  other than then: ", "")));
        }
        return text.toString();
    }
}
