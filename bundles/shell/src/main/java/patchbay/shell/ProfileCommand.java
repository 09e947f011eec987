package patchbay.shell;

import java.util.Locale;
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

    private static final Usage USAGE = Usage.options("profile [RUN] [steps=20]", 0, 1);
    private static final int STEPS = 20;
    /** Kernels that get a line of their own. */
    private static final int SHOWN = 15;

    private final Runs runs;

    @Activate
    public ProfileCommand(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("takes the times of a run's next steps, a line a kernel: milliseconds and launches a step, share of the step, "
            + "operations and bytes a second, and how long the first thread waited for the others")
    public void profile(CommandSession session, @Descriptor("[RUN] [steps=20]") String[] words) throws InterruptedException {
        var call = USAGE.parse(words);
        Usage.only(call, "steps");
        int steps = steps(call.options().getOrDefault("steps", Integer.toString(STEPS)));
        var run = runs.live(call.optional(0));
        if (run.isPaused()) {
            throw new UserError("run " + run.id() + " is paused and makes no steps; 'resume' lets it go on");
        }
        try {
            Output.of(session).print(text(run, run.profile(steps).get()));
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

    private static String text(Run run, Profile profile) {
        if (profile.runs() == 0) {
            return run.id() + ": no step was made\n";
        }
        var total = profile.total();
        var head = String.format(Locale.ROOT, "%s: %d steps of %.2f ms in programs, %,d launches, %.1f GFLOP/s, %.1f %% waiting for threads%n",
                run.id(), profile.runs(), profile.nanoseconds() / 1e6 / profile.runs(), total.launches() / profile.runs(),
                (double) total.operations() / profile.nanoseconds(), 100.0 * total.waiting() / profile.nanoseconds());
        var table = new Table("kernel", "ms", "share", "launches", "GFLOP/s", "GB/s", "waiting").right(1, 2, 3, 4, 5, 6);
        var kernels = profile.kernels();
        kernels.stream().limit(SHOWN).forEach(work -> row(table, work.kernel() + ", " + work.form(), work, profile));
        if (kernels.size() > SHOWN) {
            var rest = kernels.stream().skip(SHOWN).reduce(Profile.Work::plus).orElseThrow();
            row(table, "rest: " + (kernels.size() - SHOWN) + " kernels", rest, profile);
        }
        long between = profile.nanoseconds() - total.nanoseconds();
        table.row("between kernels", milliseconds(between, profile), share(between, profile.nanoseconds()), "", "", "", "");
        return head + table;
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
