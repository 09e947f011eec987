package patchbay.shell;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.felix.service.command.CommandSession;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.lab.Lab;
import patchbay.lab.Run;
import patchbay.lab.RunListener;
import patchbay.lab.record.RunState;

/**
 * The runs that a command waits for. When the platform stops under them (Ctrl-C in a batch) they end with a checkpoint, and
 * their commands have said so before the process is gone.
 */
@Component(service = Foreground.class)
public final class Foreground {

    private static final Logger LOG = LoggerFactory.getLogger(Foreground.class);
    /** What the last step, a checkpoint and a few lines take, with much to spare. */
    private static final long LAST_WORDS_SECONDS = 90;

    private record Watched(Run run, CountDownLatch told) {}

    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();

    /** @param lab is referred to so that this component is deactivated before it: runs end while somebody still watches */
    @Activate
    public Foreground(@Reference Lab lab) {
        LOG.debug("runs of {} can be watched", lab.runsFolder());
    }

    @Deactivate
    void close() throws InterruptedException {
        watched.forEach(one -> one.run().stop("interrupted"));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LAST_WORDS_SECONDS);
        for (var one : watched) {
            if (!one.told().await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                LOG.warn("run {} did not end in time", one.run().id());
            }
        }
    }

    /**
     * Starts a run and shows it: in the background at a prompt, else until it has ended.
     *
     * @param json whether a line of JSON is all that goes to standard output, at the end
     * @param start starts the run with the listener it is given
     * @throws CommandFailed if the run fails
     */
    void run(CommandSession session, boolean background, boolean json, Function<RunListener, Run> start) {
        var output = Output.of(session);
        if (background || output.interactive() && !json) {
            var run = start.apply(Announcer.of(session).<RunListener>map(announcer -> announcer).orElse(new RunListener() {}));
            output.line(opening(run));
            return;
        }
        var shown = json ? output.aside() : output;
        var watch = new Watch(shown);
        var run = start.apply(watch);
        shown.line(opening(run));
        attend(run, () -> {
            watch.until(run);
            shown.print(Ending.of(run));
            if (json) {
                output.line(run.folder().summary().toJson());
            }
        });
        if (run.state() == RunState.failed) {
            throw new CommandFailed("run " + run.id() + " failed: " + run.folder().summary().problem());
        }
    }

    /** Has the platform wait for {@code words} before it is gone. */
    void attend(Run run, Runnable words) {
        var one = new Watched(run, new CountDownLatch(1));
        watched.add(one);
        try {
            words.run();
        } finally {
            watched.remove(one);
            one.told().countDown();
        }
    }

    private static String opening(Run run) {
        var size = run.size();
        return "%s: %s parameters, %s of them active %s; step %d of %d".formatted(run.id(), Numbers.large(size.parameters()),
                Numbers.large(size.active()), run.unit(), run.firstStep(), run.experiment().training().steps());
    }
}
