package patchbay.lab;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import patchbay.lab.record.Difference;
import patchbay.lab.record.Event;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.Metrics;
import patchbay.lab.record.Provenance;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.RunState;
import patchbay.tensor.UserError;

/**
 * Repeats a run from its record and compares the loss of every step, bit for bit where its engine promises the same bits
 * ({@link patchbay.tensor.Engine#isRepeatable}), and else by its size. It ends with the original's last step,
 * or at the first that differs.
 */
public final class Replay implements RunListener {

    /** How far a loss may be off, by its size, where an engine does not promise the same bits. */
    private static final float CLOSE = 0.01f;

    private final RunFolder original;
    private final Map<Long, Float> losses = new HashMap<>();
    private final List<String> refusals = new ArrayList<>();
    private final long steps;
    private final long changes;
    private long same;
    /** Whether a step was made on an engine that does not promise the same bits. */
    private boolean inexact;
    private long close;
    private float deviation;
    private int swaps;
    private OptionalLong differing = OptionalLong.empty();
    private float loss = Float.NaN;

    private Replay(RunFolder original) {
        this.original = original;
        Metrics.forEach(original.metrics(), measured -> losses.put(measured.step(), measured.loss()));
        this.steps = losses.keySet().stream().mapToLong(Long::longValue).max()
                .orElseThrow(() -> new UserError("run " + original.id() + " has made no step that could be repeated"));
        this.changes = Journal.read(original.journal()).effective().events()
                .filter(event -> event instanceof Event.Swapped || event instanceof Event.RolledBack).count();
    }

    /**
     * What came of a replay.
     *
     * @param steps that were repeated with the same bits, from the first on
     * @param close steps after those, from the first on an engine that does not promise the same bits
     * @param deviation the greatest difference of their losses, in nats
     * @param of how many the original has
     * @param differing the first step whose losses differ
     * @param then the original's loss there, in nats
     * @param now the loss that came out this time
     * @param refusals swaps of the original that did not pass this time
     * @param circumstances what differs in data, JVM, machine, engine and plugins: the first things to look at
     * @param problem why it ended early, if it did for another reason than a difference; else empty
     */
    public record Verdict(String original, String replay, long steps, long close, float deviation, long of, int swaps, OptionalLong differing, float then, float now,
            List<String> refusals, List<Difference> circumstances, String problem) {

        public boolean identical() {
            return steps == of && differing.isEmpty();
        }

        /** Identical, or as close as the engines promise. */
        public boolean repeated() {
            return steps + close == of && differing.isEmpty();
        }
    }

    /** A replay under way. */
    public record Running(Run run, Replay replay) {

        /** Once the run has ended. */
        public Verdict verdict() {
            return replay.verdict(run);
        }
    }

    /**
     * Begins to repeat.
     *
     * @param watcher is told what the repeating run does
     * @throws UserError if the data is not what it was, or a bundle is not kept
     */
    public static Running begin(Lab lab, RunFolder original, RunListener watcher) {
        var replay = new Replay(original);
        var run = lab.repeat(original, both(replay, watcher));
        return new Running(run, replay);
    }

    private static RunListener both(RunListener first, RunListener second) {
        return new RunListener() {
            @Override
            public void measured(Run run, Measurement measurement) {
                first.measured(run, measurement);
                second.measured(run, measurement);
            }

            @Override
            public void happened(Run run, Event event) {
                first.happened(run, event);
                second.happened(run, event);
            }

            @Override
            public void ended(Run run) {
                first.ended(run);
                second.ended(run);
            }
        };
    }

    @Override
    public synchronized void measured(Run run, Measurement measurement) {
        if (differing.isPresent()) {
            return;
        }
        var then = losses.get(measurement.step());
        inexact |= !run.engine().isRepeatable();
        if (then == null || !agrees(then, measurement.loss())) {
            differing = OptionalLong.of(measurement.step());
            loss = measurement.loss();
            run.stop("the loss of step " + measurement.step() + " differs");
            return;
        }
        if (inexact) {
            close++;
            deviation = Math.max(deviation, Math.abs(then - measurement.loss()));
        } else {
            same = measurement.step();
        }
        stopWhereTheOriginalEnded(run);
    }

    private boolean agrees(float then, float now) {
        return Float.floatToIntBits(then) == Float.floatToIntBits(now) || inexact && Math.abs(then - now) <= CLOSE * Math.abs(then);
    }

    /** After its last step, and after a swap that it made behind that. */
    private void stopWhereTheOriginalEnded(Run run) {
        if (same + close == steps && swaps + refusals.size() >= changes && steps < run.experiment().training().steps()) {
            run.stop("the original ended here");
        }
    }

    @Override
    public synchronized void happened(Run run, Event event) {
        switch (event) {
            case Event.Swapped swapped -> swaps++;
            case Event.RolledBack back -> swaps++;
            case Event.Refused refused -> refusals.add("step " + refused.step() + ": " + refused.reason());
            default -> { }
        }
        stopWhereTheOriginalEnded(run);
    }

    private synchronized Verdict verdict(Run run) {
        var circumstances = Provenance.difference(original.readProvenance(), run.folder().readProvenance());
        boolean early = differing.isEmpty() && same + close < steps;
        return new Verdict(original.id(), run.id(), same, close, deviation, steps, swaps, differing,
                differing.isPresent() ? losses.getOrDefault(differing.getAsLong(), Float.NaN) : Float.NaN, loss,
                List.copyOf(refusals), circumstances, early ? early(run) : "");
    }

    private static String early(Run run) {
        var history = Journal.read(run.folder().journal()).effective();
        return run.state() == RunState.failed
                ? history.last(Event.Failed.class).map(Event.Failed::reason).orElse("it failed")
                : history.last(Event.Stopped.class).map(Event.Stopped::reason).orElse("it ended");
    }
}
