package patchbay.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Run;
import patchbay.tensor.Profile;
import patchbay.tensor.UserError;

/** {@code profile}: where the time of a step goes. */
@Component(service = ProfileCommand.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=profile"})
public final class ProfileCommand {

    private static final Usage USAGE = Usage.options("profile [RUN] [steps=20] [by=kernel|plugin]", 0, 1);
    private static final int STEPS = 20;
    /** Kernels that get a line of their own. */
    private static final int SHOWN = 15;

    private final Runs runs;

    @Activate
    public ProfileCommand(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("takes the times of a run's next steps, a line a kernel: milliseconds and launches a step, share of the step, "
            + "operations and bytes a second, and how long the first thread waited for the others; or a line a plugin")
    public void profile(CommandSession session, @Descriptor("[RUN] [steps=20] [by=kernel|plugin]") String[] words) throws InterruptedException {
        var call = USAGE.parse(words);
        Usage.only(call, "steps", "by");
        var by = call.options().getOrDefault("by", "kernel");
        if (!List.of("kernel", "plugin").contains(by)) {
            throw UserError.unknown("value of by", by, List.of("kernel", "plugin"));
        }
        int steps = steps(call.options().getOrDefault("steps", Integer.toString(STEPS)));
        var run = runs.live(call.optional(0));
        if (run.isPaused()) {
            throw new UserError("run " + run.id() + " is paused and makes no steps; 'resume' lets it go on");
        }
        try {
            Output.of(session).print(text(run, run.profile(steps).get(), by.equals("plugin")));
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof UserError mistake ? mistake : new IllegalStateException(failure.getCause());
        }
    }

    private static int steps(String given) {
        try {
            int steps = Integer.parseInt(given);
            if (steps > 0) {
                return steps;
            }
        } catch (NumberFormatException notANumber) {
            // told below
        }
        throw new UserError("steps=" + given + ": it must be a whole number from 1");
    }

    private static String text(Run run, Profile profile, boolean byPlugin) {
        if (profile.runs() == 0) {
            return run.id() + ": no step was made\n";
        }
        var total = profile.total();
        var head = String.format(Locale.ROOT, "%s: %d steps of %.2f ms in programs, %,d launches, %.1f GFLOP/s, %.1f %% waiting for threads%n",
                run.id(), profile.runs(), profile.nanoseconds() / 1e6 / profile.runs(), total.launches() / profile.runs(),
                (double) total.operations() / profile.nanoseconds(), 100.0 * total.waiting() / profile.nanoseconds());
        return head + (byPlugin ? plugins(profile) : kernels(profile));
    }

    /** A plugin in the same socket of several layers is one line. */
    private static Table plugins(Profile profile) {
        var sums = new TreeMap<String, Long>();
        profile.places().forEach((place, time) ->
                sums.merge(place.contains(" at ") ? place.replaceAll("\\b[0-9]+\\b", "*") : "the model itself", time, Long::sum));
        var table = new Table("plugin", "ms", "share").right(1, 2);
        sums.entrySet().stream().sorted(Map.Entry.<String, Long>comparingByValue().reversed()).forEach(each ->
                table.row(each.getKey(), milliseconds(each.getValue(), profile), share(each.getValue(), profile.nanoseconds())));
        between(table, profile);
        return table;
    }

    private static void between(Table table, Profile profile, String... rest) {
        long between = profile.nanoseconds() - profile.total().nanoseconds();
        var cells = new ArrayList<>(List.of("between kernels", milliseconds(between, profile), share(between, profile.nanoseconds())));
        cells.addAll(List.of(rest));
        table.row(cells.toArray(String[]::new));
    }

    private static Table kernels(Profile profile) {
        var table = new Table("kernel", "ms", "share", "launches", "GFLOP/s", "GB/s", "waiting").right(1, 2, 3, 4, 5, 6);
        var kernels = profile.kernels();
        kernels.stream().limit(SHOWN).forEach(work -> row(table, work.kernel() + ", " + work.form(), work, profile));
        if (kernels.size() > SHOWN) {
            var rest = kernels.stream().skip(SHOWN).reduce(Profile.Work::plus).orElseThrow();
            row(table, "rest: " + (kernels.size() - SHOWN) + " kernels", rest, profile);
        }
        between(table, profile, "", "", "", "");
        return table;
    }

    private static void row(Table table, String name, Profile.Work work, Profile profile) {
        table.row(name, milliseconds(work.nanoseconds(), profile), share(work.nanoseconds(), profile.nanoseconds()),
                Numbers.whole((double) work.launches() / profile.runs()),
                work.operations() == 0 ? "-" : String.format(Locale.ROOT, "%.1f", work.gigaflops()),
                String.format(Locale.ROOT, "%.1f", work.gigabytes()), share(work.waiting(), work.nanoseconds()));
    }

    /** A step. */
    private static String milliseconds(long nanoseconds, Profile profile) {
        return String.format(Locale.ROOT, "%.3f", nanoseconds / 1e6 / profile.runs());
    }

    private static String share(long part, long whole) {
        return String.format(Locale.ROOT, "%.1f %%", whole == 0 ? 0 : 100.0 * part / whole);
    }
}
