package patchbay.shell;

import java.util.List;
import patchbay.lab.Run;
import patchbay.lab.record.Event;
import patchbay.lab.record.Journal;
import patchbay.lab.record.RunState;
import patchbay.lab.record.RunSummary;
import patchbay.lab.record.Series;
import patchbay.lab.record.SwapEffect;

/** What is shown when a run has ended: its figures, each swap before and after, the samples, where the report is. */
record Ending(RunSummary summary, List<SwapEffect> swaps, List<Event.Sampled> samples, String units) {

    static Ending of(Run run) {
        var history = Journal.read(run.folder().journal()).effective();
        return new Ending(run.folder().summary(), SwapEffect.of(history, Series.read(run.folder().metrics())),
                history.all(Event.Sampled.class), run.units());
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        text.append("%s %s: %d steps in %s, loss %s, validation loss %s, %s %s/s%n".formatted(summary.run(), summary.state(),
                summary.steps(), Numbers.time(summary.seconds()), Numbers.loss(summary.loss()), Numbers.loss(summary.validationLoss()),
                Numbers.whole(summary.tokensPerSecond()), units));
        if (!swaps.isEmpty()) {
            text.append('\n').append(SwapEffect.table(swaps, units));
        }
        if (!samples.isEmpty()) {
            text.append("\nsamples\n");
            samples.forEach(sample -> text.append("  ").append((sample.prompt() + sample.text()).strip().replace("\n", "\n  ")).append('\n'));
        }
        text.append('\n');
        if (summary.state() == RunState.stopped) {
            text.append("go on   patchbay exec 'resume ").append(summary.run()).append("'\n");
        }
        return text.append("report  ").append(summary.report().isEmpty() ? summary.folder() : summary.report()).append('\n').toString();
    }
}
