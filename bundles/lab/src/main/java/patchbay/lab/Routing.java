package patchbay.lab;

import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import patchbay.lab.record.RoutingRecord;
import patchbay.lab.record.RunFolder;
import patchbay.tensor.UserError;
import patchbay.training.Learner;
import patchbay.training.Routes;

/**
 * What the routers of a run select: recorded in its folder if that is asked for, and taken from a record of another run, of which the
 * folder has a copy, where the model is one that follows. Any thread may ask; steps are made by one.
 */
final class Routing implements Routes, AutoCloseable {

    private final RunFolder folder;
    private final RoutingRecord.Header here;
    private final BiConsumer<Long, String> warn;
    private Optional<RoutingRecord> kept = Optional.empty();
    private Optional<RoutingRecord> followed = Optional.empty();
    private String leader = "";
    private boolean silent;

    /** @param warn is told after how many steps something happened, and what */
    Routing(RunFolder folder, Experiment experiment, BiConsumer<Long, String> warn) {
        this.folder = folder;
        this.here = header(folder, experiment);
        this.warn = warn;
    }

    private static RoutingRecord.Header header(RunFolder folder, Experiment experiment) {
        return header(folder.id(), folder.readProvenance().data().sha256(), experiment);
    }

    private static RoutingRecord.Header header(String run, String data, Experiment experiment) {
        var training = experiment.training();
        return new RoutingRecord.Header(run, data, experiment.seed(), training.batch(), training.accumulate(), experiment.model().context(), experiment.model().k());
    }

    /**
     * Refuses a record that a run cannot follow.
     *
     * @param other whose record it is
     * @param data SHA-256 of the data of the run that is to follow
     * @param step steps that it has done
     */
    static void check(RunFolder other, Experiment experiment, String data, Learner learner, long step) {
        try (var record = RoutingRecord.read(other.routing(), other.id())) {
            record.check(header("", data, experiment));
            if (record.last() <= step) {
                throw new UserError("the record of run " + other.id() + " ends with step " + record.last() + ", and this run has done " + step);
            }
            requireSelections(learner, "imposed");
            record.at(step + 1, 0).ifPresent(selections -> fitting(other.id(), step + 1, selections, learner.selections()));
        }
    }

    /**
     * Refuses a model whose routers select nothing.
     *
     * @param what is to be done with it: {@code recorded}
     */
    static void requireSelections(Learner learner, String what) {
        for (var mixture : learner.model().mixtures()) {
            if (!learner.selections().containsKey(mixture + ".router")) {
                throw new UserError(learner.model().rack().at(mixture + ".router").place() + " selects nothing that could be " + what);
            }
        }
        if (learner.selections().isEmpty()) {
            throw new UserError("this model has no mixture of experts: there is no routing that could be " + what);
        }
    }

    private static Map<String, int[]> fitting(String run, long step, Map<String, RoutingRecord.Selection> selections, Map<String, Size> sizes) {
        var choices = new LinkedHashMap<String, int[]>();
        sizes.forEach((path, size) -> {
            var selection = Optional.ofNullable(selections.get(path)).orElseThrow(() ->
                    new UserError("the routing of run " + run + " says nothing of " + path + " at step " + step));
            var there = new Size(selection.rows(), selection.width(), selection.experts());
            if (!there.equals(size)) {
                throw new UserError("the routing of run " + run + " does not fit at step " + step + ": " + path + " had " + words(there)
                        + " there and has " + words(size) + " here");
            }
            choices.put(path, selection.choices());
        });
        return choices;
    }

    private static String words(Size size) {
        return size.experts() + " experts and " + size.rows() + " × " + size.width() + " choices";
    }

    /** Takes a copy of what another run has recorded so far, for a model that is to follow it. */
    static void keep(RunFolder other, RunFolder folder) {
        RoutingRecord.copy(other.routing(), folder.imposed(other.id()), other.id());
    }

    /** Records from the next step on. */
    synchronized void record(Learner learner) {
        requireSelections(learner, "recorded");
        if (kept.isEmpty()) {
            kept = Optional.of(RoutingRecord.append(folder.routing(), here));
        }
    }

    synchronized void stopRecording() {
        kept.ifPresent(RoutingRecord::close);
        kept = Optional.empty();
    }

    /** @return steps and bytes of the record, if one is being written */
    synchronized Optional<String> recorded() {
        return kept.map(record -> record.steps() + " steps recorded, " + (record.bytes() + 1023) / 1024 + " KiB");
    }

    /** Forgets what was recorded of steps after {@code step}. */
    synchronized void cutAfter(long step) {
        if (kept.isPresent()) {
            kept.get().cutAfter(step);
        } else if (Files.exists(folder.routing())) {
            try (var record = RoutingRecord.append(folder.routing(), here)) {
                record.cutAfter(step);
            }
        }
    }

    /** @param run whose record the model follows from now on; empty for none */
    synchronized void follow(String run) {
        if (!run.equals(leader)) {
            followed.ifPresent(RoutingRecord::close);
            followed = Optional.of(run).filter(name -> !name.isEmpty()).map(name -> RoutingRecord.read(folder.imposed(name), name));
            leader = run;
            silent = false;
        }
    }

    @Override
    public synchronized Optional<Map<String, int[]>> imposed(long step, int micro, Map<String, Size> sizes) {
        var selections = followed.flatMap(record -> record.at(step + 1, micro));
        if (selections.isEmpty() && !silent) {
            warn.accept(step, "the record of run " + leader + " says nothing of step " + (step + 1) + "; the routers select for themselves");
        }
        silent = selections.isEmpty();
        return selections.map(there -> fitting(leader, step + 1, there, sizes));
    }

    @Override
    public synchronized boolean areKept() {
        return kept.isPresent();
    }

    @Override
    public synchronized void selected(long step, int micro, Map<String, Size> sizes, Map<String, int[]> choices) {
        kept.ifPresent(record -> {
            var selections = new LinkedHashMap<String, RoutingRecord.Selection>();
            sizes.forEach((path, size) -> selections.put(path,
                    new RoutingRecord.Selection(size.rows(), size.width(), size.experts(), choices.get(path))));
            record.append(step + 1, micro, selections);
        });
    }

    @Override
    public synchronized void close() {
        stopRecording();
        follow("");
    }
}
