package patchbay.lab.search;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import patchbay.lab.Experiment;
import patchbay.lab.record.Event;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Load;
import patchbay.lab.record.Metrics;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.RunLoad;
import patchbay.lab.record.Specialisation;
import patchbay.tensor.UserError;

/** Reads off a run's record what it had come to at a rung. */
final class Reading {

    /** Steps over which the MaxVio of batches is averaged. */
    private static final int WINDOW = 50;

    private Reading() {
    }

    /** @param steps of the rung, at which the run was evaluated */
    static Entry.Measured of(RunFolder folder, String arm, long seed, int steps) {
        double loss = Journal.read(folder.journal()).effective().all(Event.Evaluated.class).stream().filter(event -> event.step() == steps)
                .mapToDouble(Event.Evaluated::loss).reduce((_, later) -> later)
                .orElseThrow(() -> new UserError("run " + folder.id() + " was not evaluated at step " + steps));
        var load = new RunLoad();
        var batches = new LinkedHashMap<String, Deque<Double>>();
        var speeds = new ArrayList<Double>();
        Metrics.forEach(folder.metrics(), measurement -> {
            if (measurement.step() <= steps) {
                load.add(measurement);
                speeds.add(measurement.tokensPerSecond());
                measurement.counts().forEach((layer, counts) -> {
                    var last = batches.computeIfAbsent(layer, absent -> new ArrayDeque<>());
                    last.addLast(Load.maxVio(counts));
                    if (last.size() > WINDOW) {
                        last.removeFirst();
                    }
                });
            }
        });
        var rows = load.rows(Experiment.read(folder.experiment(), java.util.List.of()).alarms().dead());
        double maxVio = batches.values().stream().mapToDouble(last -> last.stream().mapToDouble(vio -> vio).average().orElse(0)).max().orElse(0);
        double ofRun = rows.stream().mapToDouble(RunLoad.Row::maxVioOfRun).max().orElse(0);
        int dead = rows.stream().mapToInt(row -> row.dead().size()).sum();
        double information = Specialisation.read(folder).filter(specialisation -> specialisation.step() == steps)
                .map(Specialisation::information).map(Map::values)
                .map(layers -> layers.stream().mapToDouble(nats -> nats).average().orElse(Double.NaN)).orElse(Double.NaN);
        speeds.sort(null);
        return new Entry.Measured(arm, seed, steps, folder.id(), loss, maxVio, ofRun, dead, information,
                speeds.isEmpty() ? Double.NaN : speeds.get(speeds.size() / 2));
    }
}
