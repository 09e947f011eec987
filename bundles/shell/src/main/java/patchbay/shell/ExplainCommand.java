package patchbay.shell;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Phase;
import patchbay.model.Building;
import patchbay.model.Cache;
import patchbay.tensor.Plan;
import patchbay.tensor.Plan.Use;
import patchbay.tensor.UserError;

/** {@code explain}: what a step, an evaluation or a generated token consists of, and the code that was generated for a device. */
@Component(service = ExplainCommand.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=explain"})
public final class ExplainCommand {

    private static final Usage USAGE = Usage.options("explain [RUN] [train|evaluate|decode] [kernel=NAME]", 0, 2);

    private final Runs runs;

    @Activate
    public ExplainCommand(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("shows the programs of a run's model, a line a kernel: what it computes, its rows, the buffers that it reads and writes and "
            + "their bytes ('=' over an operand, '*' in a faster form than the plain one), on a device the threads; then the buffers, and how much memory they take; decode: "
            + "what each part keeps of the tokens of a text, a row for each or one state for all; "
            + "kernel=NAME: the code that was generated of that kernel for the device")
    public void explain(CommandSession session, @Descriptor("[RUN] [train|evaluate|decode] [kernel=NAME]") String[] words) {
        var call = USAGE.parse(words);
        Usage.only(call, "kernel");
        var given = call.words();
        boolean phaseAlone = given.size() == 1 && Phase.names().contains(given.getFirst());
        var folder = runs.folder(given.isEmpty() || phaseAlone ? Optional.empty() : Optional.of(given.getFirst()));
        var phase = given.isEmpty() || given.size() == 1 && !phaseAlone ? Phase.train : Phase.named(given.getLast());
        var plans = runs.lab().plans(folder, phase);
        if (plans.isEmpty()) {
            throw new UserError("the engine " + runs.lab().engine().name() + " does not say what its programs do");
        }
        var kernel = Optional.ofNullable(call.options().get("kernel"));
        var output = Output.of(session);
        kernel.ifPresentOrElse(name -> output.print(code(plans, name)), () -> plans.forEach(plan -> output.print(text(plan))));
        if (phase == Phase.decode && kernel.isEmpty()) {
            output.print("\n" + text(runs.lab().caches(folder)));
        }
    }

    /** What is kept of the tokens of a text. */
    private static String text(List<Cache> caches) {
        var table = new Table("cache", "keeps", "bytes a token", "KiB in all").right(2, 3);
        caches.forEach(cache -> table.row(cache.name().substring(Building.CACHE.length()), cache.rows() ? "rows" : "state",
                Numbers.whole(cache.bytesPerToken()), kibibytes(cache.bytes())));
        return table.row("all", "", Numbers.whole(caches.stream().mapToLong(Cache::bytesPerToken).sum()),
                kibibytes(caches.stream().mapToLong(Cache::bytes).sum())).toString();
    }

    /** What was generated of kernel {@code name}: once for all launches that run the same. */
    private String code(List<Plan> plans, String name) {
        var all = plans.stream().flatMap(plan -> plan.launches().stream()).toList();
        var launches = all.stream().filter(launch -> launch.kernel().equals(name)).toList();
        if (launches.isEmpty()) {
            throw UserError.unknown("kernel", name, all.stream().map(Plan.Launch::kernel).distinct().sorted().toList());
        }
        var sources = new LinkedHashMap<String, List<Plan.Compiled>>();
        launches.stream().flatMap(launch -> launch.compiled().stream())
                .forEach(compiled -> sources.computeIfAbsent(compiled.source(), _ -> new ArrayList<>()).add(compiled));
        if (sources.isEmpty()) {
            throw new UserError("the engine " + runs.lab().engine().name() + " generates no code of a kernel; ./patchbay --engine tornado does");
        }
        return sources.entrySet().stream().map(each -> "// " + name + ", " + threads(each.getValue().getFirst()) + ": "
                + each.getValue().stream().map(Plan.Compiled::task).collect(Collectors.joining(" ")) + "\n" + each.getKey().strip() + "\n\n")
                .collect(Collectors.joining());
    }

    private static String threads(Plan.Compiled compiled) {
        return compiled.grid().isEmpty() ? "1 thread" : grid(compiled) + " threads";
    }

    private static String grid(Plan.Compiled compiled) {
        return compiled.grid().stream().map(Object::toString).collect(Collectors.joining(" x "));
    }

    private static String text(Plan plan) {
        boolean onDevice = plan.launches().stream().anyMatch(launch -> launch.compiled().isPresent());
        var kernels = new Table("", "kernel", "computes", onDevice ? "threads" : "rows", "buffers", "KiB", "for", onDevice ? "task" : "").right(0, 3, 5);
        int number = 0;
        for (var launch : plan.launches()) {
            kernels.row(Integer.toString(++number), launch.kernel() + (launch.fast() ? " *" : ""), String.join(" · ", launch.operations()),
                    launch.compiled().map(ExplainCommand::grid).orElseGet(() -> Numbers.whole(launch.rows())), numbers(launch.reads()) + (launch.inPlace() ? " => " : " -> ") + numbers(launch.writes()),
                    kibibytes(launch.bytes()), launch.place(), launch.compiled().map(Plan.Compiled::task).orElse(""));
        }
        var buffers = new Table("buffer", "use", "KiB", "tensors").right(0, 2, 3);
        plan.buffers().forEach(buffer -> buffers.row(Integer.toString(buffer.number()),
                (buffer.use().name().toLowerCase(Locale.ROOT) + " " + buffer.name()).strip(), kibibytes(buffer.bytes()),
                Integer.toString(buffer.tensors())));
        long fused = plan.launches().stream().filter(Plan.Launch::isFused).count();
        long joined = plan.launches().stream().filter(Plan.Launch::isFused).mapToLong(launch -> launch.operations().size()).sum();
        long inPlace = plan.launches().stream().filter(Plan.Launch::inPlace).count();
        return kernels + "\n" + buffers + "\n" + new Table()
                .row("launches", Numbers.whole(plan.launches().size()) + ", " + inPlace + " in place, "
                        + fused + " fused from " + joined + " operations")
                .row("moved", kibibytes(plan.launches().stream().mapToLong(Plan.Launch::bytes).sum()) + " KiB read and written")
                .row("memory", kibibytes(plan.memory()) + " KiB beside " + kibibytes(plan.bytes(Use.VARIABLE)) + " KiB of variables");
    }

    private static String numbers(List<Integer> buffers) {
        return buffers.stream().distinct().map(Object::toString).collect(Collectors.joining(" "));
    }

    private static String kibibytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f", bytes / 1024.0);
    }
}
