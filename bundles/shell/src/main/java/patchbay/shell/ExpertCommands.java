package patchbay.shell;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Run;
import patchbay.lab.record.Fitted;
import patchbay.model.Plug;
import patchbay.model.Socket;
import patchbay.tensor.UserError;

/** {@code expert add} and {@code expert remove}: experts that join a model in training, and leave it. */
@Component(service = ExpertCommands.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=expert"})
public final class ExpertCommands {

    private static final Usage ADD = Usage.options("expert add PLUGIN [as=NAME] [from=EXPERT] [option=value …]", 2, 2);
    private static final Usage REMOVE = Usage.words("expert remove NAME", 2, 2);
    private static final String AS = "as";
    private static final String FROM = "from";

    private final Runs runs;

    @Activate
    public ExpertCommands(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("puts an expert more into every mixture layer of the current run, at first held back, so that the loss goes on where it was; "
            + "or takes one that was added out again")
    public void expert(CommandSession session, @Descriptor("add PLUGIN [as=NAME] [from=EXPERT] [option=value …] | remove NAME, as in: "
            + "add swiglu as=late from=3") String[] words) throws InterruptedException {
        var run = runs.live(Optional.empty());
        var action = words.length == 0 ? "" : words[0];
        var outcome = switch (action) {
            case "add" -> add(run, words);
            case "remove" -> SwapCommands.outcome(run, run.removeExpert(REMOVE.parse(words).word(1)));
            default -> throw UserError.unknown("action", action, List.of("add", "remove"));
        };
        Output.of(session).line(outcome);
    }

    private static String add(Run run, String[] words) throws InterruptedException {
        var call = ADD.parse(words);
        var options = new LinkedHashMap<String, Object>();
        call.options().forEach((name, text) -> {
            if (!name.equals(AS) && !name.equals(FROM)) {
                options.put(name, SwapCommands.value(text));
            }
        });
        var plugin = call.word(1);
        var name = call.options().getOrDefault(AS, unused(run, plugin));
        return SwapCommands.outcome(run, run.addExpert(name, new Plug(plugin, options), call.options().getOrDefault(FROM, "")));
    }

    /** The plugin's name, with a number where that is taken. */
    private static String unused(Run run, String plugin) {
        var taken = run.wiring().stream().map(Fitted::socket).flatMap(path -> Socket.extraName(path).stream()).toList();
        return IntStream.iterate(1, number -> number + 1).mapToObj(number -> number == 1 ? plugin : plugin + "-" + number)
                .filter(name -> !taken.contains(name)).findFirst().orElseThrow();
    }
}
