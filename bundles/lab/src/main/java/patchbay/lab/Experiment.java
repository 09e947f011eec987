package patchbay.lab;

import java.nio.file.Path;
import java.util.List;
import patchbay.data.DataSettings;
import patchbay.model.ModelSettings;
import patchbay.model.Wiring;
import patchbay.tensor.UserError;
import patchbay.training.TrainingSettings;

/**
 * An experiment file: everything that a run is made of, apart from the bundles. Its keys in YAML are the components'
 * names in kebab-case.
 *
 * @param seed of the parameters, the split of the data, the batches, and every other random choice
 * @param from another run whose last checkpoint, or a file of weights that, this one begins with, as far as it fits ({@link Inheritance}); empty for none
 * @param sockets which plugin is in which socket when the run starts; a socket that none is named for has its standard one
 * @param swaps what is put in later, in the order of its steps
 */
public record Experiment(String name, long seed, String from, DataSettings data, ModelSettings model, Wiring sockets,
        TrainingSettings training, List<PlannedSwap> swaps, SampleSettings samples, AlarmSettings alarms) {

    public Experiment {
        swaps = List.copyOf(swaps);
        if (name.isBlank()) {
            throw new UserError("name is empty: an experiment needs one");
        }
        for (var swap : swaps) {
            if (swap.step() >= training.steps()) {
                throw new UserError("swaps: the swap of " + swap.socket() + " to " + swap.plugin() + " at step " + swap.step()
                        + " is beyond the end: training.steps is " + training.steps());
            }
        }
    }

    /** What counts where a file says nothing: a small mixture of experts on WordNet's definitions. */
    public static Experiment defaults() {
        return new Experiment("unnamed", 1, "", DataSettings.defaults(), ModelSettings.defaults(), Wiring.empty(),
                TrainingSettings.defaults(), List.of(), SampleSettings.defaults(), AlarmSettings.defaults());
    }

    /**
     * Reads a file over the defaults.
     *
     * @param overrides {@code training.steps=100}: a key's path and its value in YAML, each over what is before it
     * @throws UserError with file, line and column (or the override), what is wrong, and the nearest valid choices
     */
    public static Experiment read(Path file, List<String> overrides) {
        return ExperimentReader.read(file, overrides);
    }

    /** This experiment with a model of other sizes. */
    Experiment with(ModelSettings other) {
        return new Experiment(name, seed, from, data, other, sockets, training, swaps, samples, alarms);
    }

    /** The paths of all keys with a default, such as {@code training.steps}. */
    public static List<String> keys() {
        return ExperimentYaml.keys();
    }

    /** Everything, defaults included, as YAML that reads back as the same experiment. */
    public String toYaml() {
        return ExperimentYaml.write(this);
    }
}
