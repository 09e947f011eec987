package patchbay.lab;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.data.Batches;
import patchbay.data.Collection;
import patchbay.data.Dataset;
import patchbay.data.EvaluationBatches;
import patchbay.data.ExampleBatches;
import patchbay.data.Examples;
import patchbay.data.HeldOutExamples;
import patchbay.data.HeldOutMaterial;
import patchbay.data.Material;
import patchbay.data.Tokenizer;
import patchbay.lab.record.RunFolder;
import patchbay.model.Decoder;
import patchbay.model.Model;
import patchbay.model.Multimodal;
import patchbay.model.Rack;
import patchbay.model.Task;
import patchbay.tensor.UserError;
import patchbay.training.Probe;

/** What a run trains on and is measured on: a text, or a collection of examples, as its task asks. */
sealed interface RunData {

    String sha256();

    /** What the model's tokens, or labels, belong to. */
    Model model(Rack rack);

    Material training(Experiment experiment);

    /** Tokens of a sequence; of a collection an example counts as one. */
    int unitsEach(Experiment experiment);

    /** Empty if nothing is held out. */
    Optional<HeldOutMaterial> heldOut(Experiment experiment);

    /** Names of the domains of a text; none of a collection. */
    List<String> domains();

    /**
     * The text of a run that reads one.
     *
     * @throws UserError if it reads a collection
     */
    Dataset text();

    /** Runs of any seed hold out the same, so that their losses can be compared. */
    long SPLIT = 0;

    /** What the experiment asks for. */
    static RunData read(Experiment experiment) {
        if (experiment.model().task().kind() != Task.Kind.language) {
            var collection = Collection.named(experiment.data().source());
            check(collection, experiment.model().task());
            return new OfExamples(collection, collection.read(experiment.data(), SPLIT));
        }
        var dataset = Dataset.read(experiment.data(), SPLIT);
        experiment.samples().prompts().forEach(dataset.tokenizer()::encode);
        return new OfText(dataset);
    }

    /**
     * What a run was trained on.
     *
     * @throws UserError if it is not what it was
     */
    static RunData same(Experiment experiment, RunFolder folder) {
        var data = read(experiment);
        var then = folder.readProvenance().data().sha256();
        if (!data.sha256().equals(then)) {
            throw new UserError("the data of run " + folder.id() + " is not what it was: its SHA-256 is " + data.sha256()
                    + ", then it was " + then);
        }
        return data;
    }

    private static void check(Collection collection, Task task) {
        for (var modality : task.modalities()) {
            if (!collection.modalities().contains(modality)) {
                throw new UserError("the collection '" + collection.name() + "' has no " + modality + "; it has " + String.join(", ", collection.modalities()));
            }
        }
    }

    /**
     * Whether a model with these parts can be trained on it.
     *
     * @throws UserError if not
     */
    default void check(Rack rack) {
        if (this instanceof OfExamples(var collection, var _)) {
            check(collection, rack.settings().task());
        }
    }

    /**
     * Whether a model's encoders read it.
     *
     * @throws UserError if one of them reads nothing of it
     */
    default void checkReaders(Model model) {
        if (this instanceof OfExamples(var _, var examples) && model instanceof Multimodal multimodal) {
            Probe.checkReaders(multimodal, examples.training());
        }
    }

    record OfText(Dataset text) implements RunData {

        @Override
        public String sha256() {
            return text.sha256();
        }

        @Override
        public Model model(Rack rack) {
            return new Decoder(rack, text.tokenizer().vocabularySize(), DataNames.of(text));
        }

        @Override
        public Material training(Experiment experiment) {
            return new Batches(text.training(), experiment.training().batch(), experiment.model().context(), experiment.seed());
        }

        @Override
        public int unitsEach(Experiment experiment) {
            return experiment.model().context();
        }

        @Override
        public Optional<HeldOutMaterial> heldOut(Experiment experiment) {
            var training = experiment.training();
            return text.validation().length() == 0 ? Optional.empty()
                    : Optional.of(new EvaluationBatches(text.validation(), training.batch(), experiment.model().context(), training.evaluateBatches()));
        }

        @Override
        public List<String> domains() {
            return text.domains();
        }
    }

    record OfExamples(Collection collection, Examples examples) implements RunData {

        @Override
        public String sha256() {
            return examples.sha256();
        }

        @Override
        public Multimodal model(Rack rack) {
            boolean writes = rack.settings().task().kind() == Task.Kind.describe;
            return new Multimodal(rack, writes ? Tokenizer.bytes().vocabularySize() : Math.max(1, examples.labels().size()));
        }

        @Override
        public Material training(Experiment experiment) {
            return new ExampleBatches(examples.training(), experiment.training().batch(), experiment.training().accumulate(), experiment.seed());
        }

        @Override
        public int unitsEach(Experiment experiment) {
            return 1;
        }

        @Override
        public Optional<HeldOutMaterial> heldOut(Experiment experiment) {
            var training = experiment.training();
            return examples.heldOut().values().stream().findFirst().map(held -> HeldOutExamples.of(held, training.batch(), training.evaluateBatches()));
        }

        /** By what was held out. */
        Map<String, HeldOutMaterial> all(Experiment experiment) {
            var all = new java.util.LinkedHashMap<String, HeldOutMaterial>();
            examples.heldOut().forEach((name, held) -> all.put(name, new HeldOutExamples(held, experiment.training().batch())));
            return all;
        }

        @Override
        public List<String> domains() {
            return List.of();
        }

        @Override
        public Dataset text() {
            throw new UserError("this run reads a collection of examples, no text");
        }
    }
}
