package patchbay.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.data.Tokenizer;
import patchbay.lab.record.RunFolder;
import patchbay.model.Arriving;
import patchbay.model.Decoder;
import patchbay.model.Describing;
import patchbay.model.Generator;
import patchbay.model.Multimodal;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.model.Sampling;
import patchbay.model.Task;
import patchbay.tensor.Engine;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.training.Evaluation;
import patchbay.training.checkpoint.Checkpoint;
import patchbay.training.checkpoint.CheckpointFolder;

/** What can be done with the model out of a run's last checkpoint. */
public final class Trained {

    private final RunFolder folder;
    private final Experiment experiment;
    private final Archive archive;
    private final Engine engine;

    Trained(RunFolder folder, Archive archive, Engine engine) {
        this.folder = folder;
        this.experiment = Experiment.read(folder.experiment(), List.of());
        this.archive = archive;
        this.engine = engine;
    }

    /** The last checkpoint: its parts, and its values of parameters and state. */
    private record Last(long step, Rack rack, Variables variables) {}

    private Last last() {
        var checkpoint = new CheckpointFolder(folder.checkpoints()).latest().checkpoint()
                .orElseThrow(() -> new UserError("run " + folder.id() + " has no checkpoint"));
        var state = CheckpointState.of(checkpoint);
        var variables = engine.variables();
        checkpoint.restore(Checkpoint.PARAMETERS, variables);
        return new Last(checkpoint.step(), Change.rack(state.model(experiment.model()), state.sockets(), archive), variables);
    }

    /** The model, to generate with. */
    Generation generation() {
        requireText(experiment, folder);
        var last = last();
        var tokenizer = Tokenizer.load(folder.tokenizer());
        var decoder = new Decoder(last.rack, tokenizer.vocabularySize(), DataNames.of(tokenizer));
        return new Generation(engine, decoder, Generator.values(engine, decoder, last.variables), tokenizer);
    }

    static void requireText(Experiment experiment, RunFolder folder) {
        if (experiment.model().task().kind() != Task.Kind.language) {
            throw new UserError("run " + folder.id() + " goes on with no text: its task is " + experiment.model().task().kind());
        }
    }

    /**
     * What it writes about files.
     *
     * @param files bytes by modality
     * @throws UserError if the run's task is another
     */
    String describe(Map<String, byte[]> files, Sampling sampling, long seed) {
        var kind = experiment.model().task().kind();
        if (kind != Task.Kind.describe) {
            throw new UserError("run " + folder.id() + " describes nothing: its task is " + kind);
        }
        var last = last();
        var tokenizer = Tokenizer.bytes();
        var model = new Multimodal(last.rack, tokenizer.vocabularySize());
        for (var modality : files.keySet()) {
            if (!model.task().modalities().contains(modality)) {
                throw UserError.unknown("modality", modality, model.task().modalities());
            }
        }
        var text = new ArrayList<Integer>();
        try (var describing = new Describing(engine, model, last.variables)) {
            int end = tokenizer.endOfDocument().orElseThrow();
            describing.write(files, sampling, seed, token -> token != end && text.add(token));
        }
        return tokenizer.decode(text.stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * It beside the text that was held out of it.
     *
     * @param position what takes the place of the positions that it was trained with
     */
    HeldOut heldOut(Optional<Plug> position) {
        var last = last();
        var rack = position.map(plug -> last.rack.with("position", plug, archive)).orElse(last.rack);
        var dataset = RunData.same(experiment, folder).text();
        return new HeldOut(engine, new Decoder(rack, dataset.tokenizer().vocabularySize(), DataNames.of(dataset)), last.variables, dataset.validation(), last.step);
    }

    /**
     * What a model makes of the examples that were held out.
     *
     * @param step that its values are of
     * @param parts by what is held out: {@code artist}
     */
    public record Measured(long step, Map<String, Evaluation.Result> parts) {}

    /** What it makes of all that its collection holds out; empty if the run reads a text. */
    Optional<Measured> measured() {
        if (!(RunData.same(experiment, folder) instanceof RunData.OfExamples data)) {
            return Optional.empty();
        }
        var last = last();
        var model = data.model(last.rack);
        var parts = new LinkedHashMap<String, Evaluation.Result>();
        data.all(experiment).forEach((name, held) ->
                parts.put(name, Evaluation.of(engine, model, last.variables.fork(), experiment.training().batch(), held)));
        return Optional.of(new Measured(last.step, parts));
    }

    /**
     * A model that is told of a file part by part.
     *
     * @param labels that its logits are of
     */
    public record Listening(Arriving arriving, List<String> labels) implements AutoCloseable {

        @Override
        public void close() {
            arriving.close();
        }
    }

    /**
     * The model, to be told of a file of one modality part by part.
     *
     * @throws UserError if the run's task is not to classify, or the modality's encoder reads whole files only
     */
    Listening listening(String modality) {
        if (experiment.model().task().kind() != Task.Kind.classify || !(RunData.same(experiment, folder) instanceof RunData.OfExamples data)) {
            throw new UserError("run " + folder.id() + " tells no labels: its task is " + experiment.model().task().kind());
        }
        var last = last();
        return new Listening(new Arriving(engine, data.model(last.rack), last.variables, modality), data.examples().labels());
    }
}
