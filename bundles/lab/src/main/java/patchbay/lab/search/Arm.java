package patchbay.lab.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import patchbay.data.DataSettings;
import patchbay.data.Dataset;
import patchbay.lab.Archive;
import patchbay.lab.DataNames;
import patchbay.lab.Experiment;
import patchbay.model.Decoder;
import patchbay.model.ModelSettings;
import patchbay.model.Offer;
import patchbay.model.Options;
import patchbay.model.Rack;
import patchbay.tensor.UserError;

/**
 * An arm as it was found on paper, before a step is trained.
 *
 * @param identity everything that counts, defaults filled in, the seed left out: two arms with the same are one
 * @param compute operations a token ({@link ActiveCompute}); 0 if it is refused
 * @param most the highest MaxVio that is possible in a layer, E/k − 1; 0 if there is no mixture
 * @param leaks whether tokens see what comes after them: its loss compares with no other's
 * @param refused why it cannot be built; empty if it can
 */
record Arm(Settings settings, String identity, long compute, double most, boolean leaks, String refused) {

    String name() {
        return settings.name();
    }

    /**
     * Reads and fits every arm.
     *
     * @param base the file of the base experiment
     * @param overrides over it, for all arms
     * @throws UserError if the base is wrong, an arm asks for a plugin that is not there, or all arms are refused
     */
    static List<Arm> of(Search search, Path base, List<String> overrides, Archive archive) {
        var known = archive.offers().stream().map(Offer::name).distinct().toList();
        for (var settings : search.arms()) {
            settings.plugins().forEach((socket, plugin) -> {
                if (!known.contains(plugin)) {
                    throw new UserError(settings.place() + ": " + socket + ": " + UserError.unknown("plugin", plugin, known).getMessage());
                }
            });
        }
        var arms = new ArrayList<Arm>();
        var data = new HashMap<DataSettings, Dataset>();
        for (var settings : search.arms()) {
            arms.add(of(settings, base, overrides, archive, data));
        }
        if (arms.stream().noneMatch(arm -> arm.refused().isEmpty())) {
            throw new UserError(arms.getFirst().settings().place() + ": none of the arms can be built; '" + arms.getFirst().name() + "': "
                    + arms.getFirst().refused());
        }
        return arms;
    }

    private static Arm of(Settings settings, Path base, List<String> overrides, Archive archive, Map<DataSettings, Dataset> data) {
        try {
            var experiment = Experiment.read(base, Stream.concat(overrides.stream(), settings.overrides().stream()).toList());
            var rack = Rack.fit(experiment.model(), experiment.sockets(), archive);
            for (var swap : experiment.swaps()) {
                rack.with(swap.socket(), swap.plug(), archive);
            }
            var dataset = data.computeIfAbsent(experiment.data(), read -> Dataset.read(read, 0));
            var decoder = new Decoder(rack, dataset.tokenizer().vocabularySize(), DataNames.of(dataset));
            var model = experiment.model();
            double most = decoder.mixtures().isEmpty() ? 0 : (double) model.routed() / model.k() - 1;
            return new Arm(settings, identity(experiment, rack), ActiveCompute.of(decoder), most, decoder.leaks(), "");
        } catch (UserError refusal) {
            return new Arm(settings, "", 0, 0, false, refusal.getMessage());
        }
    }

    private static String identity(Experiment experiment, Rack rack) {
        var sockets = rack.fittings().values().stream().map(fitting -> fitting.socket().path() + "=" + Offer.word(fitting.offer().kind()) + " "
                + fitting.plug().plugin() + " " + Options.of(fitting.offer().part().options(), fitting.plug().options(), fitting.place()))
                .collect(Collectors.joining("\n"));
        return String.join("\n", experiment.data().toString(), model(experiment.model()), experiment.training().toString(), experiment.from(),
                experiment.swaps().toString(), sockets);
    }

    /** Without what has no meaning where no layer is a mixture, and without what only permits something. */
    private static String model(ModelSettings model) {
        boolean mixed = false;
        for (int layer = 0; layer < model.layers(); layer++) {
            mixed |= !model.isDense(layer);
        }
        return mixed ? model.withLeaks(List.of()).toString()
                : new ModelSettings(model.layers(), model.dim(), model.heads(), model.context(), model.hidden(), 1, 1, 0, List.of("all"),
                        model.tied(), model.dropout(), model.norm()).withWeights(model.weights()).toString();
    }
}
