package patchbay.shell;

import java.util.List;
import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Run;
import patchbay.lab.record.RunFolder;
import patchbay.tensor.UserError;

/** {@code routing}: keeps what the routers of a run select, and imposes that on another. */
@Component(service = RoutingCommand.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=routing"})
public final class RoutingCommand {

    static final List<String> ACTIONS = List.of("record", "stop", "replay", "own");

    private static final Usage USAGE = Usage.words("routing [record [RUN] | stop [RUN] | replay FROM | own]", 0, 2);

    private final Runs runs;

    @Activate
    public RoutingCommand(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("records what the routers of a run select, step by step, and stops that; imposes the record of another run of the same data and seed on the "
            + "current one (replay), and ends that (own); without a word shows which of it is so")
    public void routing(CommandSession session, @Descriptor("[record [RUN] | stop [RUN] | replay FROM | own]") String[] words) throws InterruptedException {
        var call = USAGE.parse(words);
        var output = Output.of(session);
        switch (call.optional(0).orElse("")) {
            case "" -> output.line(state(runs.live(Optional.empty())));
            case "record" -> {
                var run = runs.live(call.optional(1));
                run.recordRouting();
                output.line("the routing of " + run.id() + " is recorded from here on");
            }
            case "stop" -> {
                var run = runs.live(call.optional(1));
                var recorded = run.recordedRouting();
                run.stopRecordingRouting();
                output.line(recorded.orElse("it was not recorded"));
            }
            case "replay" -> {
                var from = call.optional(1).orElseThrow(() -> new UserError("usage: routing replay FROM"));
                var run = runs.live(Optional.empty());
                output.line(SwapCommands.outcome(run, run.imposeRouting(RunFolder.find(runs.lab().runsFolder(), from))));
            }
            case "own" -> {
                var run = runs.live(Optional.empty());
                output.line(SwapCommands.outcome(run, run.ownRouting()));
            }
            default -> throw UserError.unknown("action", call.word(0), ACTIONS);
        }
    }

    private static String state(Run run) {
        return run.recordedRouting().orElse("not recorded") + "; "
                + run.imposedRouting().map(other -> "the routing of run " + other + " is imposed").orElse("the routers select for themselves");
    }
}
