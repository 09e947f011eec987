package patchbay.shell;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import patchbay.lab.Run;
import patchbay.lab.RunListener;
import patchbay.lab.record.Event;
import patchbay.lab.record.Measurement;

/** Stays with a run until it has ended, and shows its progress and what happens. */
final class Watch implements RunListener {

    /** An event, or, if there is none in it, the end. */
    private record Notice(Optional<Event> event) {}

    private final BlockingQueue<Notice> notices = new LinkedBlockingQueue<>();
    private final Pace pace = new Pace();
    private final Output output;
    private final Progress progress;
    private volatile Optional<Measurement> last = Optional.empty();

    Watch(Output output) {
        this.output = output;
        this.progress = new Progress(output, System.getenv("NO_COLOR") == null);
    }

    @Override
    public void measured(Run run, Measurement measurement) {
        pace.done(measurement.step(), System.nanoTime());
        last = Optional.of(measurement);
    }

    @Override
    public void happened(Run run, Event event) {
        notices.add(new Notice(Optional.of(event)));
    }

    @Override
    public void ended(Run run) {
        notices.add(new Notice(Optional.empty()));
    }

    /** Returns when the run has ended. An interrupt asks it to end, with a checkpoint, and is passed on afterwards. */
    void until(Run run) {
        boolean interrupted = false;
        long steps = run.experiment().training().steps();
        long shownAt = System.nanoTime();
        long shownStep = -1;
        while (true) {
            try {
                long due = shownAt + TimeUnit.MILLISECONDS.toNanos(progress.period());
                var notice = notices.poll(Math.max(0, due - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (notice == null) {
                    shownStep = show(run, shownStep, steps);
                    shownAt = System.nanoTime();
                } else if (notice.event().isEmpty()) {
                    break;
                } else {
                    EventText.of(notice.event().get()).ifPresent(this::tell);
                }
            } catch (InterruptedException interrupt) {
                interrupted = true;
                run.stop("interrupted");
            }
        }
        if (!output.terminal()) {
            show(run, shownStep, steps);
        }
        progress.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private long show(Run run, long shownStep, long steps) {
        var now = last;
        if (now.isEmpty() || now.get().step() == shownStep && progress.isShown()) {
            return shownStep;
        }
        progress.show(Progress.text(now.get(), steps, pace.secondsPerStep(), run.units()));
        return now.get().step();
    }

    private void tell(String text) {
        progress.clear();
        output.line(text);
    }
}
