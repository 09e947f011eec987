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
import patchbay.lab.record.RunFolder;
import patchbay.model.Plug;
import patchbay.model.Socket;
import patchbay.tensor.UserError;

/** {@code expert add}, {@code expert import} and {@code expert remove}: experts that join a model in training, and leave it. */
@Component(service = ExpertCommands.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=expert"})
public final class ExpertCommands {

    private static final Usage ADD = Usage.options("expert add PLUGIN [as=NAME] [from=EXPERT] [option=value …]", 2, 2);
    private static final Usage REMOVE = Usage.options("expert remove EXPERT [merge=EXPERT]", 2, 2);
    private static final Usage IMPORT = Usage.options("expert import RUN:PATH [as=NAME]", 2, 2);
    static final List<String> ACTIONS = List.of("add", "import", "remove");
    private static final String AS = "as";
    private static final String MERGE = "merge";
    private static final String FROM = "from";

    private final Runs runs;

    @Activate
    public ExpertCommands(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("puts an expert more into every mixture layer of the current run, a new one or one that another run has trained, at first held back, so that the "
            + "loss goes on where it was; or takes one out, and merges it into another if asked to")
    public void expert(CommandSession session, @Descriptor("add PLUGIN [as=NAME] [from=EXPERT] [option=value …] | import RUN:PATH [as=NAME] | "
            + "remove EXPERT [merge=EXPERT], as in: add swiglu as=late from=3") String[] words) throws InterruptedException {
        var run = runs.live(Optional.empty());
        var action = words.length == 0 ? "" : words[0];
        var outcome = switch (action) {
            case "add" -> add(run, words);
            case "import" -> bring(run, words);
            case "remove" -> remove(run, words);
            default -> throw UserError.unknown("action", action, ACTIONS);
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

    private String bring(Run run, String[] words) throws InterruptedException {
        var call = IMPORT.parse(words);
        Usage.only(call, AS);
        var origin = call.word(1).split(":", 2);
        if (origin.length < 2) {
            throw new UserError("usage: " + IMPORT.text() + "; PATH is an expert's number or name in that run, or layers.2.moe.experts.3");
        }
        var other = RunFolder.find(runs.lab().runsFolder(), origin[0]);
        var name = call.options().getOrDefault(AS, unused(run, "imported"));
        return SwapCommands.outcome(run, run.importExpert(other, origin[1], name));
    }

    private static String remove(Run run, String[] words) throws InterruptedException {
        var call = REMOVE.parse(words);
        Usage.only(call, MERGE);
        var into = Optional.ofNullable(call.options().get(MERGE));
        return SwapCommands.outcome(run, into.isPresent() ? run.removeExpert(call.word(1), into.get()) : run.removeExpert(call.word(1)));
    }

    /** The plugin's name, with a number where that is taken. */
    private static String unused(Run run, String plugin) {
        var taken = run.wiring().stream().map(Fitted::socket).flatMap(path -> Socket.extraName(path).stream()).toList();
        return IntStream.iterate(1, number -> number + 1).mapToObj(number -> number == 1 ? plugin : plugin + "-" + number)
                .filter(name -> !taken.contains(name)).findFirst().orElseThrow();
    }
}
