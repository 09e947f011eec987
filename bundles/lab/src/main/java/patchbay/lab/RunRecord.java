package patchbay.lab;

import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import patchbay.lab.record.Event;
import patchbay.lab.record.History;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.Metrics;
import patchbay.lab.record.Occupation;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.RunLoad;
import patchbay.lab.record.Scalars;
import patchbay.lab.report.Report;
import patchbay.training.checkpoint.CheckpointFolder;

/** What a run writes down while it lives: journal, metrics, TensorBoard's scalars, and at the end report and summary. */
final class RunRecord implements AutoCloseable {

    private final RunFolder folder;
    private final Occupation occupation;
    private final Journal journal;
    private final Metrics metrics;
    private final Scalars scalars;
    private final AlarmSettings alarmSettings;
    private final int k;
    private RunLoad load = new RunLoad();
    private Alarms alarms;
    private volatile Optional<Measurement> last = Optional.empty();

    /** @param step steps done; what the folder says of later ones is cut off */
    RunRecord(RunFolder folder, Experiment experiment, long step) {
        this.folder = folder;
        this.alarmSettings = experiment.alarms();
        this.k = experiment.model().k();
        this.alarms = new Alarms(alarmSettings, k);
        this.occupation = Occupation.of(folder);
        try {
            new CheckpointFolder(folder.checkpoints()).removeAfter((int) step);
            if (Files.exists(folder.metrics())) {
                cutAfter(step);
            }
            this.journal = Journal.open(folder.journal());
            this.metrics = Metrics.open(folder.metrics());
            this.scalars = Scalars.open(folder.path());
        } catch (RuntimeException failure) {
            occupation.close();
            throw failure;
        }
    }

    /** Forgets the steps after {@code step}. */
    synchronized void cutAfter(long step) {
        Metrics.truncateAfter(folder.metrics(), step);
        load = new RunLoad();
        alarms = new Alarms(alarmSettings, k);
        Metrics.forEach(folder.metrics(), measurement -> {
            load.add(measurement);
            alarms.after(load); // was told then
        });
    }

    /** @return what there is to complain of since */
    synchronized List<String> measured(Measurement measurement) {
        metrics.append(measurement);
        scalars.add(measurement);
        load.add(measurement);
        last = Optional.of(measurement);
        return alarms.after(load);
    }

    /** How many alarms ring: dead experts, and layers that collapsed. */
    synchronized int alarms() {
        return alarms.ringing();
    }

    /** Any thread may tell what happened. */
    synchronized void happened(Event event) {
        journal.append(event);
        if (event instanceof Event.Evaluated evaluated) {
            scalars.add(evaluated);
        }
    }

    /** Entries of the journal. */
    long journalled() {
        return journal.size();
    }

    /** All that the journal says, of earlier days as well. */
    History history() {
        return journal.history();
    }

    Optional<Measurement> last() {
        return last;
    }

    synchronized List<RunLoad.Row> load() {
        return load.rows(alarmSettings.dead());
    }

    synchronized String loadTable() {
        return load.table(alarmSettings.dead());
    }

    @Override
    public void close() {
        try (occupation; journal; metrics; scalars) {
            Report.write(folder);
            folder.writeSummary();
        }
    }
}
