package patchbay.shell;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Trained;
import patchbay.lab.TextOptions;
import patchbay.model.Plug;
import patchbay.tensor.UserError;

/** {@code evaluate}: the held-out loss of a run's last checkpoint, also in contexts that it was not trained with; of a run on examples all measures. */
@Component(service = EvaluateCommand.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=evaluate"})
public final class EvaluateCommand {

    private static final Usage USAGE = Usage.options("evaluate [RUN] [context=256,512] [position=PLUGIN [option=value …]]", 0, 1);

    private final Runs runs;

    @Activate
    public EvaluateCommand(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("the loss of a run's last checkpoint over all of its held-out text, in windows of as many tokens as it was trained with, or of others; of a run on "
            + "examples the measures of each held-out part; "
            + "position=rope scaling=yarn factor=2 puts other positions, that learn nothing, in the place of its own")
    public void evaluate(CommandSession session, @Descriptor("[RUN] [context=256,512] [position=PLUGIN [option=value …]]") String[] words) {
        var call = USAGE.parse(words);
        var options = new LinkedHashMap<String, Object>();
        call.options().forEach((name, text) -> options.put(name, SwapCommands.value(text)));
        options.keySet().removeAll(List.of("context", "position"));
        var contexts = Optional.ofNullable(call.options().get("context")).map(EvaluateCommand::contexts);
        var plugin = Optional.ofNullable(call.options().get("position"));
        if (plugin.isEmpty() && !options.isEmpty()) {
            throw UserError.unknown("option", options.keySet().iterator().next(), List.of("context", "position"));
        }
        var folder = runs.folder(call.optional(0));
        var measured = call.options().isEmpty() ? runs.lab().measured(folder.id()) : Optional.<Trained.Measured>empty();
        if (measured.isPresent()) {
            Output.of(session).line("%s, step %,d".formatted(folder.id(), measured.get().step()));
            Output.of(session).print(table(measured.get()));
            return;
        }
        var heldOut = runs.lab().heldOut(folder.id(), plugin.map(name -> new Plug(name, TextOptions.read(options))));
        var output = Output.of(session);
        for (int context : contexts.orElse(List.of(heldOut.trained()))) {
            var loss = heldOut.at(context);
            output.line("%s, step %,d, context %,d (trained with %,d): validation loss %s over %,d tokens".formatted(folder.id(), heldOut.step(), context, heldOut.trained(),
                    Numbers.loss(loss.loss()), loss.tokens()));
        }
    }

    private static Table table(Trained.Measured measured) {
        var table = new Table("held out", "measure", "is").right(2);
        measured.parts().forEach((part, result) -> {
            table.row(part, "loss", Numbers.loss(result.loss()));
            result.measures().forEach((measure, value) -> table.row(part, measure, "%.4f".formatted(value)));
        });
        return table;
    }

    private static List<Integer> contexts(String text) {
        return Stream.of(text.split(",")).map(part -> {
            if (!part.matches("[1-9][0-9]{0,6}")) {
                throw new UserError("context: '" + part + "' is no number of tokens from 1 to 9999999; write them as 256,512");
            }
            return Integer.parseInt(part);
        }).toList();
    }
}
