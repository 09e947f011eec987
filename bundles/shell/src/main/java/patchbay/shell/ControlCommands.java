package patchbay.shell;

import java.util.concurrent.TimeUnit;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Run;
import patchbay.lab.record.RunState;
import patchbay.tensor.UserError;

/** {@code pause}, {@code resume}, {@code stop}. */
@Component(service = ControlCommands.class, property = {
    "osgi.command.scope=patchbay", "osgi.command.function=pause", "osgi.command.function=resume", "osgi.command.function=stop"})
public final class ControlCommands {

    private static final Usage PAUSE = Usage.words("pause [RUN]", 0, 1);
    private static final Usage RESUME = Usage.words("resume [RUN] [--json] [--background]", 0, 1).flags("--json", "--background");
    private static final Usage STOP = Usage.words("stop [RUN]", 0, 1);
    private static final long STOP_SECONDS = 60;

    private final Runs runs;
    private final Foreground foreground;

    @Activate
    public ControlCommands(@Reference Runs runs, @Reference Foreground foreground) {
        this.runs = runs;
        this.foreground = foreground;
    }

    @Descriptor("pauses a run after its present step; swaps, generate and load still work")
    public void pause(CommandSession session, @Descriptor("[RUN]") String[] words) {
        var run = runs.live(PAUSE.parse(words).optional(0));
        if (run.state() == RunState.paused) {
            throw new UserError("run " + run.id() + " is paused already");
        }
        run.pause();
        Output.of(session).line(run.id() + " pauses after step " + run.step() + "; 'resume' lets it go on");
    }

    @Descriptor("lets a paused run go on, or goes on with a stopped or interrupted one from its last checkpoint")
    public void resume(CommandSession session, @Descriptor("[RUN] [--json] [--background]") String[] words) {
        var call = RESUME.parse(words);
        var waiting = call.optional(0).isPresent()
                ? runs.live(runs.folder(call.optional(0)))
                : runs.lab().runs().reversed().stream().filter(ControlCommands::isPaused).findFirst();
        if (waiting.filter(ControlCommands::isPaused).isPresent()) {
            waiting.get().unpause();
            Output.of(session).line(waiting.get().id() + " goes on from step " + waiting.get().step());
            return;
        }
        var id = call.optional(0).orElseThrow(this::nothingPaused);
        foreground.run(session, call.has("--background"), call.has("--json"), listener -> runs.lab().resume(id, listener));
    }

    /** It may have been asked to pause and still be in its last step. */
    private static boolean isPaused(Run run) {
        return run.alive() && run.isPaused();
    }

    private UserError nothingPaused() {
        var resumable = runs.all().reversed().stream().map(folder -> folder.summary())
                .filter(summary -> summary.state() == RunState.stopped || summary.state() == RunState.interrupted)
                .map(summary -> summary.run()).limit(5).toList();
        return new UserError("no run of this process is paused; name the one to go on with"
                + (resumable.isEmpty() ? ", but none was stopped or interrupted" : ": " + String.join(", ", resumable)));
    }

    @Descriptor("ends a run after its present step, with a checkpoint")
    public void stop(CommandSession session, @Descriptor("[RUN]") String[] words) throws InterruptedException {
        var run = runs.live(STOP.parse(words).optional(0));
        run.stop("command");
        if (!run.await(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new CommandFailed("run " + run.id() + " has not ended after " + STOP_SECONDS + " s; 'status' shows when it has");
        }
        Output.of(session).line(run.id() + " stopped after step " + run.step() + "; 'resume " + run.id() + "' goes on with it");
    }
}
