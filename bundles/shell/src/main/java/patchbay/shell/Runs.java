package patchbay.shell;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Generation;
import patchbay.lab.Lab;
import patchbay.lab.Run;
import patchbay.lab.RunListener;
import patchbay.lab.record.RunFolder;
import patchbay.tensor.UserError;

/** Finds the run that a command is about: by its id, the beginning of its id, or none at all. */
@Component(service = Runs.class)
public final class Runs {

    private final Lab lab;

    @Activate
    public Runs(@Reference Lab lab) {
        this.lab = lab;
    }

    Lab lab() {
        return lab;
    }

    /** A run that trains or is paused in this process; the current one if none is named. */
    Run live(Optional<String> id) {
        if (id.isEmpty()) {
            return lab.current().filter(Run::alive).orElseThrow(() -> new UserError(
                    "no run is alive in this process; start one with 'run EXPERIMENT' or go on with one by 'resume RUN'"));
        }
        var folder = folder(id);
        return live(folder).orElseThrow(() -> {
            var state = folder.summary().state();
            return new UserError("run " + folder.id() + " is not alive in this process: it is " + state);
        });
    }

    Optional<Run> live(RunFolder folder) {
        return lab.runs().stream().filter(run -> run.id().equals(folder.id()) && run.alive()).findFirst();
    }

    /** A run's record; if none is named that of the current run, or else of the newest there is. */
    RunFolder folder(Optional<String> id) {
        return id.map(name -> RunFolder.find(lab.runsFolder(), name)).or(this::newest).orElseThrow(() -> new UserError(
                "there is no run yet; start one with 'run EXPERIMENT'"));
    }

    Optional<RunFolder> newest() {
        return lab.current().map(Run::folder).or(() -> all().reversed().stream().findFirst());
    }

    /** The newest last. */
    List<RunFolder> all() {
        return RunFolder.all(lab.runsFolder());
    }

    /** The model of a run that is alive, or else that of its last checkpoint. */
    Generation generation(RunFolder folder) throws InterruptedException {
        var live = live(folder);
        return live.isPresent() ? ofLive(live.get()) : lab.generation(folder.id());
    }

    /** A copy of the model between two steps; if the run ends just now, of its last checkpoint. */
    private Generation ofLive(Run run) throws InterruptedException {
        var gone = new CompletableFuture<Optional<Generation>>();
        var listener = new RunListener() {
            @Override
            public void ended(Run ended) {
                gone.complete(Optional.empty());
            }
        };
        run.listen(listener);
        try {
            var copied = run.withModel(learner -> Optional.of(Generation.of(learner, run.dataset().tokenizer())));
            var first = (Optional<?>) CompletableFuture.anyOf(copied, gone).get();
            return first.map(Generation.class::cast).orElseGet(() -> lab.generation(run.id()));
        } catch (ExecutionException failed) {
            throw new CommandFailed(failed.getCause().getMessage(), failed);
        } finally {
            run.ignore(listener);
        }
    }
}
