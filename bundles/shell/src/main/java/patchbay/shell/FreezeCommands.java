package patchbay.shell;

import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code freeze} and {@code thaw}: what of a model in training learns no more, and again. */
@Component(service = FreezeCommands.class, property = {
    "osgi.command.scope=patchbay", "osgi.command.function=freeze", "osgi.command.function=thaw"})
public final class FreezeCommands {

    private static final Usage FREEZE = Usage.words("freeze [EXPERT|PATTERN]", 0, 1);
    private static final Usage THAW = Usage.words("thaw [EXPERT|PATTERN]", 0, 1);

    private final Runs runs;

    @Activate
    public FreezeCommands(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("has an expert of the current run, or the parameters that a pattern matches, learn no more; without a word shows what does not")
    public void freeze(CommandSession session, @Descriptor("[EXPERT|PATTERN], as in: 3, late, layers.0.attention, embedding.*") String[] words)
            throws InterruptedException {
        var what = FREEZE.parse(words).optional(0);
        var run = runs.live(Optional.empty());
        var output = Output.of(session);
        if (what.isPresent()) {
            output.line(SwapCommands.outcome(run, run.freeze(what.get())));
        } else {
            output.line(run.frozen().isEmpty() ? "nothing is frozen" : String.join("\n", run.frozen()));
        }
    }

    @Descriptor("has what was frozen learn again; without a word all of it")
    public void thaw(CommandSession session, @Descriptor("[EXPERT|PATTERN]") String[] words) throws InterruptedException {
        var what = THAW.parse(words).optional(0);
        var run = runs.live(Optional.empty());
        Output.of(session).line(SwapCommands.outcome(run, run.thaw(what)));
    }
}
