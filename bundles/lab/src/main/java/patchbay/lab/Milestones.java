package patchbay.lab;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import patchbay.data.HeldOutMaterial;
import patchbay.lab.record.Event;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.Specialisation;
import patchbay.training.Evaluation;
import patchbay.training.Learner;
import patchbay.training.checkpoint.CheckpointFolder;
import patchbay.training.checkpoint.CheckpointWriter;

/** What a run does at some of its steps: it measures the model on held-out text, keeps a checkpoint, writes samples. */
final class Milestones implements AutoCloseable {

    private final RunFolder folder;
    private final Experiment experiment;
    private final RunData data;
    private final Consumer<Event> happened;
    private final Optional<HeldOutMaterial> heldOut;
    private final CheckpointWriter checkpoints;
    private volatile Optional<Evaluation.Result> evaluated = Optional.empty();
    private long evaluatedAt = -1;
    private boolean checkpointDue;

    /** @param happened is told of each, on the run's thread or the checkpoint writer's */
    Milestones(RunFolder folder, Experiment experiment, RunData data, Consumer<Event> happened) {
        this.folder = folder;
        this.experiment = experiment;
        this.data = data;
        this.happened = happened;
        var training = experiment.training();
        this.heldOut = data.heldOut(experiment);
        this.checkpoints = new CheckpointWriter(new CheckpointFolder(folder.checkpoints()), training.keepCheckpoints());
    }

    /** After a step that is not the last: what the experiment asks for at this number of steps. */
    void reached(long step, Learner learner, long journalled, boolean onProbation) {
        var training = experiment.training();
        if (every(training.evaluateEvery(), step)) {
            evaluate(step, learner);
        }
        checkpointDue |= every(training.checkpointEvery(), step);
        if (checkpointDue && !onProbation) {
            checkpoint(step, learner, journalled);
        }
    }

    private static boolean every(int steps, long step) {
        return steps > 0 && step % steps == 0;
    }

    /** Measures the model, unless that was done at this step with this model. */
    void evaluate(long step, Learner learner) {
        if (heldOut.isEmpty() || evaluatedAt == step) {
            return;
        }
        var result = learner.evaluate(heldOut.get());
        evaluated = Optional.of(result);
        evaluatedAt = step;
        if (data.domains().size() > 1 && !result.domains().isEmpty()) {
            new Specialisation(step, data.domains(), result.domains()).write(folder);
        }
        happened.accept(new Event.Evaluated(step, result.loss(), whole(result.counts()), result.measures()));
    }

    /** The model is another one now. */
    void changed() {
        evaluatedAt = -1;
    }

    Optional<Evaluation.Result> evaluated() {
        return evaluated;
    }

    private static Map<String, List<Long>> whole(Map<String, float[]> counts) {
        var whole = new TreeMap<String, List<Long>>();
        counts.forEach((path, layer) -> whole.put(path, IntStream.range(0, layer.length).mapToObj(i -> (long) layer[i]).toList()));
        return whole;
    }

    /** Copies the model's values; they are written while the run goes on. */
    void checkpoint(long step, Learner learner, long journalled) {
        checkpointDue = false;
        long began = System.nanoTime();
        checkpoints.write((int) step, snapshot -> CheckpointState.take(learner, snapshot), CheckpointState.of(learner, journalled).toMetadata())
                .whenComplete((path, failure) -> happened.accept(failure == null
                        ? new Event.Checkpointed(step, folder.relative(path), (System.nanoTime() - began) / 1e9)
                        : new Event.CheckpointFailed(step, Guard.reason(failure))));
    }

    /** Waits until the last checkpoint is on the disk. */
    void awaitCheckpoint() {
        checkpoints.await();
    }

    void sample(long step, Learner learner) {
        var samples = experiment.samples();
        for (var prompt : samples.prompts()) {
            var text = new StringBuilder();
            Generation.of(learner, data.text().tokenizer()).run(prompt, samples.tokens(), samples.sampling(), experiment.seed(), text::append);
            happened.accept(new Event.Sampled(step, prompt, text.toString()));
        }
    }

    @Override
    public void close() {
        checkpoints.close();
    }
}
