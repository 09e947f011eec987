package patchbay.lab.record;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import patchbay.tensor.UserError;

/**
 * Which expert gets which domain, by the last evaluation of a run.
 *
 * @param domains names
 * @param layers tokens of each domain and expert, [domains][experts], by the path of the mixture layer
 */
public record Specialisation(long step, List<String> domains, Map<String, double[][]> layers) {

    public Specialisation {
        domains = List.copyOf(domains);
        layers = new TreeMap<>(layers);
    }

    /** How much an expert tells of the domain, by layer: {@link Load#mutualInformation}. */
    public Map<String, Double> information() {
        var information = new TreeMap<String, Double>();
        layers.forEach((path, counts) -> information.put(path, Load.mutualInformation(counts)));
        return information;
    }

    public void write(RunFolder folder) {
        try {
            RunFolder.replace(folder.specialisation(), Json.MAPPER.writeValueAsString(this));
        } catch (IOException e) {
            throw new UserError("cannot write " + folder.specialisation() + ": " + e.getMessage(), e);
        }
    }

    /** Empty if the run was not evaluated yet, or its text has one domain only. */
    public static Optional<Specialisation> read(RunFolder folder) {
        try {
            return Files.exists(folder.specialisation())
                    ? Optional.of(Json.MAPPER.readValue(Files.readAllBytes(folder.specialisation()), Specialisation.class))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UserError("cannot read " + folder.specialisation() + ": " + e.getMessage(), e);
        }
    }
}
