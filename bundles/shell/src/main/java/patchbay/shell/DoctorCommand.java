package patchbay.shell;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import patchbay.data.Collection;
import patchbay.data.Source;
import patchbay.lab.Lab;
import patchbay.tensor.Engine;

/** {@code doctor}: what this process runs on and with, what is missing, and how to get or change it. */
@Component(service = DoctorCommand.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=doctor"})
public final class DoctorCommand {

    private static final Usage USAGE = Usage.words("doctor", 0, 0);
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    private final Function<String, Optional<String>> property;
    private final Lab lab;
    private final List<Engine> engines;

    @Activate
    public DoctorCommand(BundleContext context, @Reference Runs runs,
            @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE) List<Engine> engines) {
        this(name -> Optional.ofNullable(context.getProperty(name)), runs, engines);
    }

    /** @param property of the framework or the system, by name */
    DoctorCommand(Function<String, Optional<String>> property, Runs runs, List<Engine> engines) {
        this.property = property;
        this.lab = runs.lab();
        this.engines = List.copyOf(engines);
    }

    @Descriptor("shows JDK, flags, engine, memory, data and folders: what is there, what is missing, and how to get or change it")
    public void doctor(CommandSession session, @Descriptor("") String[] words) {
        USAGE.parse(words);
        var output = Output.of(session);
        var table = new Table();
        java(table);
        engine(table);
        memory(table);
        table.row("terminal", terminal(output));
        table.row("maven", maven().map(Path::toString).orElse("missing: it builds Patchbay and plugins; for instance: apt-get install maven"));
        Source.all().forEach(source -> table.row("data " + source.name(), source.availability()));
        Collection.all().forEach(collection -> table.row("data " + collection.name(), collection.availability()));
        for (var folder : List.of("load", "store")) {
            table.row(folder, property.apply("patchbay." + folder).map(path -> folder(Path.of(path), ".jar", "jars"))
                    .orElse("not set: the property patchbay." + folder));
        }
        table.row("runs", folder(lab.runsFolder(), "", "runs"));
        var conflicts = lab.archive().conflicts();
        table.row("plugins", lab.archive().offers().size() + " offered" + (conflicts.isEmpty() ? ", no name is claimed twice" : ""));
        conflicts.forEach(conflict -> table.row("conflict", conflict));
        output.print(table);
    }

    private static void java(Table table) {
        table.row("java", System.getProperty("java.runtime.version") + " by " + System.getProperty("java.vendor") + ", " + System.getProperty("java.home"));
        var flags = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-X") || flag.startsWith("-Dpatchbay.threads") || flag.startsWith("-Dpatchbay.vector"))
                .collect(Collectors.joining(" "));
        table.row("flags", (flags.isEmpty() ? "none" : flags) + "; PATCHBAY_OPTS adds more");
        table.row("vectors", ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent()
                ? "the module " + VECTOR_MODULE + " is there"
                : "the module " + VECTOR_MODULE + " is missing, so only the plain kernels run: start by the script patchbay, or with --add-modules " + VECTOR_MODULE);
    }

    private void engine(Table table) {
        var others = engines.stream().filter(engine -> !engine.name().equals(lab.engine().name())).toList();
        table.row("engine", lab.engine().description() + (others.isEmpty() ? "; the only engine that is installed" : ""));
        others.forEach(other -> table.row("", "not taken: " + other.description()));
        table.row("", "to change it: ./patchbay --engine " + String.join("|", engines.stream().map(Engine::name).sorted().toList())
                + "|auto …, PATCHBAY_OPTS=\"-Dpatchbay.threads=N -Dpatchbay.vector=off\"");
    }

    private static void memory(Table table) {
        var runtime = Runtime.getRuntime();
        table.row("processors", Integer.toString(runtime.availableProcessors()));
        table.row("memory", machineMemory().map(bytes -> Numbers.bytes(bytes) + " in the machine, ").orElse("")
                + "heap " + Numbers.bytes(runtime.totalMemory() - runtime.freeMemory()) + " used of at most "
                + Numbers.bytes(runtime.maxMemory()) + "; PATCHBAY_OPTS=-Xmx8g changes that");
    }

    /** In bytes, where the system tells it in a file. */
    private static Optional<Long> machineMemory() {
        try (var lines = Files.lines(Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith("MemTotal:")).findFirst()
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10);
        } catch (IOException elsewhere) {
            return Optional.empty(); // not Linux
        }
    }

    private static String terminal(Output output) {
        return (output.terminal() ? Optional.ofNullable(System.getenv("TERM")).orElse("of unknown type") : "none: progress is told in lines")
                + (System.getenv("NO_COLOR") == null ? "" : ", NO_COLOR is set");
    }

    private static Optional<Path> maven() {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .flatMap(folder -> Stream.of("mvn", "mvn.cmd").map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable).findFirst();
    }

    private static String folder(Path folder, String suffix, String what) {
        if (!Files.isDirectory(folder)) {
            return folder + ": not there yet";
        }
        try (var files = Files.list(folder)) {
            long count = files.filter(file -> file.getFileName().toString().endsWith(suffix)).count();
            return folder + ": " + count + " " + what + ", " + Numbers.bytes(Files.getFileStore(folder).getUsableSpace()) + " free"
                    + (Files.isWritable(folder) ? "" : ", but it cannot be written to");
        } catch (IOException e) {
            return folder + ": cannot be read: " + e.getMessage();
        }
    }
}
