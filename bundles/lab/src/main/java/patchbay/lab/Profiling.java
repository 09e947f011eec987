package patchbay.lab;

import java.util.concurrent.CompletableFuture;
import patchbay.lab.record.Event;
import patchbay.lab.record.Measurement;
import patchbay.tensor.Profile;
import patchbay.tensor.UserError;
import patchbay.training.Learner;

/** Counts the steps of a run that are profiled. Everything here happens in the run's thread. */
final class Profiling implements RunListener {

    private final Learner learner;
    private final int steps;
    private final CompletableFuture<Profile> result;
    private int made;

    private Profiling(Learner learner, int steps, CompletableFuture<Profile> result) {
        this.learner = learner;
        this.steps = steps;
        this.result = result;
    }

    static CompletableFuture<Profile> begin(Run run, int steps) {
        if (steps < 1) {
            throw new UserError("steps=" + steps + ": at least one step must be profiled");
        }
        var result = new CompletableFuture<Profile>();
        run.withModel(learner -> {
            if (learner.profile().isPresent()) {
                throw new UserError("run " + run.id() + " is being profiled already");
            }
            learner.profile(true);
            if (learner.profile().isEmpty()) {
                throw new UserError("the engine '" + learner.engine().name() + "' takes no times of kernels");
            }
            run.listen(new Profiling(learner, steps, result));
            return learner;
        }).whenComplete((_, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    @Override
    public void measured(Run run, Measurement measurement) {
        if (++made >= steps) {
            end(run);
        }
    }

    @Override
    public void happened(Run run, Event event) {
        if (event instanceof Event.Swapped || event instanceof Event.RolledBack) {
            end(run); // the model that was profiled makes no more steps
        }
    }

    @Override
    public void ended(Run run) {
        end(run);
    }

    private void end(Run run) {
        run.ignore(this);
        learner.profile().ifPresent(result::complete);
        learner.profile(false);
    }
}
