package patchbay.shell;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Run;
import patchbay.lab.TextOptions;
import patchbay.lab.record.Event;
import patchbay.model.Plug;
import patchbay.tensor.Engine;

/** {@code swap}, {@code unplug} and {@code rollback}: each waits until the change has taken effect or was refused. */
@Component(service = SwapCommands.class, property = {
    "osgi.command.scope=patchbay", "osgi.command.function=swap", "osgi.command.function=unplug", "osgi.command.function=rollback"})
public final class SwapCommands {

    private static final Usage SWAP = Usage.options("swap SOCKET PLUGIN [option=value …]", 2, 2);
    private static final Usage UNPLUG = Usage.words("unplug encoders.MODALITY", 1, 1);
    private static final Usage ROLLBACK = Usage.words("rollback", 0, 0);
    private static final long PATIENCE_SECONDS = 30;

    private final Runs runs;

    @Activate
    public SwapCommands(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("puts a plugin into a socket of the current run, or into all that a pattern matches")
    public void swap(CommandSession session,
            @Descriptor("SOCKET PLUGIN [option=value …], as in: layers.*.moe.router cosine temperature=0.3") String[] words) throws InterruptedException {
        var call = SWAP.parse(words);
        var run = runs.live(Optional.empty());
        var options = new LinkedHashMap<String, Object>();
        call.options().forEach((name, text) -> options.put(name, value(text)));
        Output.of(session).line(outcome(run, run.swap(call.word(0), new Plug(call.word(1), TextOptions.read(options)))));
    }

    @Descriptor("takes a modality out of the current run, with its encoder; swap encoders.MODALITY PLUGIN puts one in")
    public void unplug(CommandSession session, @Descriptor("encoders.MODALITY, as in: encoders.sound") String[] words) throws InterruptedException {
        var call = UNPLUG.parse(words);
        var run = runs.live(Optional.empty());
        Output.of(session).line(outcome(run, run.takeOut(call.word(0))));
    }

    @Descriptor("takes the last swap of the current run back")
    public void rollback(CommandSession session, @Descriptor("") String[] words) throws InterruptedException {
        ROLLBACK.parse(words);
        var run = runs.live(Optional.empty());
        Output.of(session).line(outcome(run, run.rollback()));
    }

    /** As YAML reads it, so that a swap is recorded alike, wherever it was asked for. */
    static Object value(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        if (text.matches("[+-]?\\d{1,9}")) {
            return Integer.valueOf(text);
        }
        return text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?") ? (Object) Double.valueOf(text) : text;
    }

    static String outcome(Run run, CompletableFuture<Event> outcome) throws InterruptedException {
        return outcome(run, run.engine(), outcome);
    }

    /** @param on where the changed model is compiled */
    static String outcome(Run run, Engine on, CompletableFuture<Event> outcome) throws InterruptedException {
        try {
            var event = outcome.get(PATIENCE_SECONDS + on.compileTime().toSeconds(), TimeUnit.SECONDS);
            if (event instanceof Event.Refused refused) {
                throw new CommandFailed(EventText.refusal(refused));
            }
            return EventText.of(event).orElseThrow();
        } catch (TimeoutException late) {
            return "the changed model is still being built; it takes over at " + due(run.waiting());
        } catch (ExecutionException failed) {
            throw new CommandFailed(failed.getCause().getMessage(), failed);
        }
    }

    private static String due(Map<Long, String> waiting) {
        return waiting.isEmpty() ? "once" : "step " + waiting.keySet().stream().reduce((_, last) -> last).orElseThrow();
    }
}
