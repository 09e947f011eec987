package patchbay.lab.search;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import patchbay.lab.Experiment;
import patchbay.lab.Lab;
import patchbay.lab.Run;
import patchbay.lab.RunListener;
import patchbay.lab.record.Event;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Json;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.RunState;
import patchbay.lab.record.RunSummary;
import patchbay.tensor.UserError;

/**
 * A search at work. Its state is in files: its own log, and the runs of its arms, which are runs like others. So it can be killed at
 * any moment and gone on with, and an arm goes on from its last checkpoint wherever it is.
 */
public final class Searching implements AutoCloseable {

    private static final String RUNG = "the rung of its search";

    private final Lab lab;
    private final SearchFolder folder;
    private final Halving halving;
    private final FileChannel lock;
    private final SearchLog log;
    private final SearchListener listener;

    private Searching(Lab lab, SearchFolder folder, Halving halving, SearchListener listener) {
        this.lab = lab;
        this.folder = folder;
        this.halving = halving;
        this.listener = listener;
        this.lock = lock(folder);
        this.log = SearchLog.open(folder.log());
    }

    private static Halving halving(Lab lab, Search search, Path base, List<String> overrides) {
        var experiment = Experiment.read(base, overrides);
        if (experiment.training().steps() < 1) {
            throw new UserError("training.steps of the base is " + experiment.training().steps() + ": there is nothing to search");
        }
        if (experiment.data().validation() == 0) {
            throw new UserError("data.validation of the base is 0: arms are compared by their loss on held-out text");
        }
        return Halving.of(search, Arm.of(search, base, overrides, lab.archive()), experiment.training().steps());
    }

    private static Halving halving(Lab lab, SearchFolder folder) {
        return halving(lab, Search.read(folder.search()), folder.base(), List.of());
    }

    private static FileChannel lock(SearchFolder folder) {
        try {
            var channel = FileChannel.open(folder.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (isLocked(channel)) {
                return channel;
            }
            channel.close();
        } catch (IOException e) {
            throw new UserError("cannot lock " + folder.lock() + ": " + e.getMessage(), e);
        }
        throw new UserError("search " + folder.id() + " is under way already");
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException here) {
            return false; // another search of this process has it
        }
    }

    /**
     * Prepares a search; everything that the files say is checked before there is a trace of it on disk.
     *
     * @param searches the folder of all searches
     * @param file the search's
     * @param base its base experiment's
     * @param overrides over the base experiment
     */
    public static Searching begin(Lab lab, Path searches, Path file, Path base, List<String> overrides, SearchListener listener) {
        var search = Search.read(file);
        var halving = halving(lab, search, base, overrides);
        return new Searching(lab, SearchFolder.create(searches, search, file, Experiment.read(base, overrides)), halving, listener);
    }

    /** Goes on with a search, whatever became of the process that made it. */
    public static Searching resume(Lab lab, SearchFolder folder, SearchListener listener) {
        return new Searching(lab, folder, halving(lab, folder), listener);
    }

    /** How a search stands, under way or not. */
    public static Standing standing(Lab lab, SearchFolder folder) {
        return new Standing(halving(lab, folder), new Log(SearchLog.read(folder.log())));
    }

    public SearchFolder folder() {
        return folder;
    }

    public Standing standing() {
        return new Standing(halving, new Log(log.entries()));
    }

    /** What it is going to do, in a line. */
    public String plan() {
        int racing = (int) halving.arms().stream().filter(arm -> halving.unfit(arm).isEmpty()).count();
        return String.format(Locale.ROOT, "%d arms, %d of them race, %d seeds, rungs %s: up to %,d steps", halving.arms().size(), racing,
                halving.search().seeds().size(), halving.rungs().steps(), halving.cost());
    }

    /**
     * Makes one move after the other until all is done.
     *
     * @return false if an arm's run was stopped, by whom ever: then the search stops too
     */
    public boolean run() throws InterruptedException {
        while (true) {
            switch (halving.next(log.entries())) {
                case Move.Finish() -> {
                    return true;
                }
                case Move.End(var entry) -> append(entry);
                case Move.Train train -> {
                    var came = train(train);
                    if (came.isEmpty()) {
                        return false;
                    }
                    append(came.get());
                }
            }
        }
    }

    private void append(Entry entry) {
        log.append(entry);
        listener.told(switch (entry) {
            case Entry.Measured measured -> String.format(Locale.ROOT, "%s, seed %d, step %d: validation loss %.4f", measured.arm(), measured.seed(),
                    measured.steps(), measured.loss());
            case Entry.Ended ended -> ended.arm() + " ends, " + ended.cause() + ": " + ended.reason();
        });
    }

    /** @return what came of it; empty if it was stopped on the way */
    private Optional<Entry> train(Move.Train move) throws InterruptedException {
        var known = known(move);
        if (known.isPresent()) {
            var summary = known.get().summary();
            if (reached(summary, move.steps())) {
                return Optional.of(Reading.of(known.get(), move.arm().name(), move.seed(), move.steps()));
            }
            if (summary.state() == RunState.failed) {
                return failed(move, summary);
            }
        }
        Run run;
        try {
            var end = new RungEnd(move.steps());
            run = known.isPresent() ? lab.resume(known.get().id(), end) : lab.start(experiment(move), end);
        } catch (UserError refusal) {
            return Optional.of(new Entry.Ended(move.arm().name(), move.steps(), Entry.Cause.failed, refusal.getMessage()));
        }
        try {
            listener.attend(run);
        } catch (InterruptedException interrupted) {
            run.stop("interrupted");
            run.await();
            throw interrupted;
        } finally {
            lab.forget(run);
        }
        var summary = run.folder().summary();
        if (summary.state() == RunState.failed) {
            return failed(move, summary);
        }
        return reached(summary, move.steps())
                ? Optional.of(Reading.of(run.folder(), move.arm().name(), move.seed(), move.steps()))
                : Optional.empty();
    }

    private static boolean reached(RunSummary summary, int steps) {
        return (summary.state() == RunState.stopped || summary.state() == RunState.finished) && summary.steps() >= steps;
    }

    private static Optional<Entry> failed(Move.Train move, RunSummary summary) {
        return Optional.of(new Entry.Ended(move.arm().name(), move.steps(), Entry.Cause.failed, "seed " + move.seed() + ": " + summary.problem()));
    }

    /** The arm's run: that of the rung before, or one that a killed process left behind without a word. */
    private Optional<RunFolder> known(Move.Train move) {
        var before = new Log(log.entries()).last(move.arm(), move.seed());
        if (before.isPresent()) {
            return Optional.of(RunFolder.find(lab.runsFolder(), before.get().run()));
        }
        var name = experimentName(move);
        return RunFolder.all(lab.runsFolder()).reversed().stream()
                .filter(run -> run.summary().experiment().equals(name))
                .filter(run -> !Journal.read(run.journal()).all(Event.Started.class).isEmpty()).findFirst();
    }

    private String experimentName(Move.Train move) {
        return move.arm().name() + " s" + move.seed() + " of " + folder.id();
    }

    private Experiment experiment(Move.Train move) {
        var overrides = new ArrayList<>(move.arm().settings().overrides());
        overrides.add("name=" + Json.MAPPER.getNodeFactory().textNode(experimentName(move)));
        overrides.add("seed=" + move.seed());
        if (halving.rungs().steps().size() > 1) {
            overrides.add("training.evaluate-every=" + halving.rungs().first());
        }
        return Experiment.read(folder.base(), overrides);
    }

    /** Ends a run at a rung: with a checkpoint, from which it can go on. */
    private record RungEnd(int steps) implements RunListener {

        @Override
        public void measured(Run run, Measurement measurement) {
            if (measurement.step() >= steps && steps < run.experiment().training().steps()) {
                run.stop(RUNG);
            }
        }
    }

    @Override
    public void close() {
        log.close();
        try {
            lock.close();
        } catch (IOException e) {
            throw new UserError("cannot unlock " + folder.lock() + ": " + e.getMessage(), e);
        }
    }
}
