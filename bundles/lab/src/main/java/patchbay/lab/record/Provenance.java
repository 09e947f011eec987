package patchbay.lab.record;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import patchbay.model.Offer;
import patchbay.model.Provider;
import patchbay.tensor.Engine;

/**
 * Where a run's numbers come from, beside its experiment file.
 *
 * @param experiment name
 * @param plugins that could be asked for when the run began, in order of kind and name
 */
public record Provenance(String experiment, long seed, Data data, Jvm jvm, Machine machine, EngineChoice engine, List<Offered> plugins) {

    public Provenance {
        plugins = List.copyOf(plugins);
    }

    /**
     * @param source {@code wordnet}
     * @param path of the file or folder that was read; empty if the source needs none
     * @param sha256 of the whole text that was read
     */
    public record Data(String source, String path, String sha256) {}

    /** @param flags given to the JVM that can change speed or numbers */
    public record Jvm(String vendor, String version, List<String> flags) {}

    /** @param cpu model name as the system tells it */
    public record Machine(String os, String architecture, String cpu, int cores, long maximumHeapBytes) {}

    /** @param description threads, width of vectors or device, in words */
    public record EngineChoice(String name, String description) {}

    /** A plugin, and the bundle that it comes from. */
    public record Offered(String kind, String name, Provider provider) {}

    /** The provenance of a run that begins now in this process. */
    public static Provenance of(String experiment, long seed, Data data, Engine engine, Collection<Offer> offers) {
        var plugins = offers.stream().map(offer -> new Offered(Offer.word(offer.kind()), offer.name(), offer.provider()))
                .sorted(Comparator.comparing(Offered::kind).thenComparing(Offered::name)).toList();
        return new Provenance(experiment, seed, data, thisJvm(), thisMachine(),
                new EngineChoice(engine.name(), engine.description()), plugins);
    }

    /** What differs between two, apart from the name of the experiment, by the path of the value. */
    public static List<Difference> difference(Provenance left, Provenance right) {
        return Difference.between(Difference.flat(Json.MAPPER.valueToTree(left)), Difference.flat(Json.MAPPER.valueToTree(right))).stream()
                .filter(difference -> !difference.path().equals("experiment")).toList();
    }

    private static Jvm thisJvm() {
        var flags = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-X") || flag.startsWith("--add-modules") || flag.startsWith("-Dpatchbay."))
                .toList();
        return new Jvm(System.getProperty("java.vm.vendor"), System.getProperty("java.vm.version"), flags);
    }

    private static Machine thisMachine() {
        var runtime = Runtime.getRuntime();
        return new Machine(System.getProperty("os.name") + " " + System.getProperty("os.version"), System.getProperty("os.arch"),
                cpu(), runtime.availableProcessors(), runtime.maxMemory());
    }

    private static String cpu() {
        return linuxCpu(Path.of("/proc/cpuinfo"))
                .or(() -> Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER"))) // Windows
                .orElse(System.getProperty("os.arch"));
    }

    private static Optional<String> linuxCpu(Path file) {
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith("model name")).findFirst().map(line -> line.substring(line.indexOf(':') + 1).strip());
        } catch (IOException e) {
            return Optional.of("unknown: " + e.getMessage());
        }
    }
}
