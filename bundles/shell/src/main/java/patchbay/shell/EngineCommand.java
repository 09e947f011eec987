package patchbay.shell;

import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Run;

/** {@code engine}: what computes, and moving a run to another engine. */
@Component(service = EngineCommand.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=engine"})
public final class EngineCommand {

    private static final Usage USAGE = Usage.words("engine [[RUN] ENGINE]", 0, 2);

    private final Runs runs;

    @Activate
    public EngineCommand(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("moves a run in training to another engine, with all that it has learnt; without a name shows which engine serves and why")
    public void engine(CommandSession session, @Descriptor("[[RUN] ENGINE], as in: tornado") String[] words) throws InterruptedException {
        var call = USAGE.parse(words);
        var output = Output.of(session);
        if (call.words().isEmpty()) {
            output.print(serving());
            return;
        }
        var name = call.words().getLast();
        runs.lab().engines().named(name);
        var run = runs.live(call.words().size() == 1 ? Optional.empty() : call.optional(0));
        output.line(SwapCommands.outcome(run, runs.lab().engines().named(name), run.engine(name)));
    }

    private String serving() {
        var engines = runs.lab().engines();
        var table = new Table("engine", "serves", "computes on");
        for (var engine : engines.all()) {
            table.row(engine.name(), engine == engines.serving() ? engines.reason() : "", engine.description().replaceFirst("^" + engine.name() + ": ", ""));
        }
        var elsewhere = new StringBuilder();
        runs.lab().runs().stream().filter(Run::alive)
                .forEach(run -> elsewhere.append("run ").append(run.id()).append(" computes on ").append(run.engine().name()).append('\n'));
        return table.toString() + elsewhere;
    }
}
